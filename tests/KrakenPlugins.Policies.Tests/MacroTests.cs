using System.Text.Json;
using Gateway.Testing;
using KrakenPlugins.Expressions;
using KrakenPlugins.Expressions.Requests;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sdk.Testing;

namespace KrakenPlugins.Policies.Tests;

/// <summary>The advanced macros.</summary>
public sealed class MacroTests
{
    [Theory]
    [InlineData("int('23') == 23 && uint(1) == 1u && double('1.5') == 1.5 && string(1) == '1' && bool('true') && bytes('a') == b'a'")]
    [InlineData("type(duration('1h')) == google.protobuf.Duration && timestamp('2026-01-02T03:04:05Z') - duration('1h') < timestamp('2026-01-02T03:04:05Z') && type(dyn(null)) == null_type")]
    [InlineData("1 != 2 && !(1 > 2) && 1 < 2 && 2 <= 2 && 2 >= 2 && 7 % 4 == 3 && 2 * 3 == 6 && 1 + 1 == 2 && 3 - 1 == 2 && 7 / 2 == 3 && (true ? 1 : 2) == 1 && (false || true)")]
    [InlineData("2 in [1, 2] && 'a' in {'a': 1} && {'a': 1}['a'] == 1 && {'a': {'b': 2}}.a.b == 2")]
    [Spec("SEC-075")]
    public void Types_and_operators(string expression) => AssertTrue(expression);

    [Theory]
    [InlineData("between(2,2,2)")]
    [InlineData("!2.between(4,5)")]
    [InlineData("2.0.between(1.9,2.1)")]
    [InlineData("!between(2,5,7)")]
    [InlineData("between(5,5,7) && between(7,5,7) && !between(8,5,7)")]
    [InlineData("between(-1.5, -2.0, -1.0)")]
    [Spec("SEC-090")]
    public void Between_has_the_value_first_and_includes_both_ends(string expression) => AssertTrue(expression);

    [Theory]
    [InlineData("isEmpty(resp_data.missing)")]
    [InlineData("isEmpty(resp_data.missing.deeper)")]
    [InlineData("isEmpty(resp_data['missing'])")]
    [InlineData("resp_data.missing.isEmpty()")]
    [InlineData("isEmpty(resp_data.none)")]
    [InlineData("isEmpty(resp_data.text)")]
    [InlineData("isEmpty(resp_data.list)")]
    [InlineData("isEmpty(resp_data.map)")]
    [InlineData("isEmpty(req_querystring.missing[0])")]
    [InlineData("isEmpty(req_querystring.q[7])")]
    [InlineData("isEmpty(null) && isEmpty('') && isEmpty([]) && isEmpty({})")]
    [InlineData("!isEmpty(resp_data.zero)")]
    [InlineData("!isEmpty(resp_data.no)")]
    [InlineData("!isEmpty(resp_data.word)")]
    [Spec("SEC-091")]
    public void Empty_is_what_is_missing_null_or_without_content(string expression) => AssertTrue(expression);

    [Theory]
    [InlineData("isEmpty(1 / 0)")]
    [InlineData("!isEmpty(1 / 0)")]
    [InlineData("isEmpty(int(req_params.Id))")]
    [Spec("SEC-060", "SEC-091")]
    public void An_error_that_is_no_missing_field_stays_an_error(string expression) => Assert.True(Evaluate(expression).IsError);

    [Theory]
    [InlineData("'aZ09'.isAlphanumeric() && isAlphanumeric('a')")]
    [InlineData("!''.isAlphanumeric() && !'a b'.isAlphanumeric() && !'a-b'.isAlphanumeric() && !'é'.isAlphanumeric() && !'a\\n'.isAlphanumeric() && !'٣'.isAlphanumeric()")]
    [Spec("SEC-096", "SEC-223")]
    public void Alphanumeric_are_texts_of_ascii_letters_and_digits(string expression) => AssertTrue(expression);

    [Theory]
    [InlineData("hasHeader('X-Test') && hasHeader('x-test') && hasHeader('X-TEST')")]
    [InlineData("getHeader('x-test') == 'one'")]
    [InlineData("getHeader('x-none') == '' && !hasHeader('x-none')")]
    [InlineData("!hasHeader('X Test') && !hasHeader('')")]
    [InlineData("hasHeader('X-Blank') && getHeader('X-Blank') == ''")]
    [Spec("SEC-092")]
    public void Headers_are_found_by_any_spelling(string expression) => AssertTrue(expression);

    [Theory]
    [InlineData("hasCookie('a') && getCookie('a') == '1'")]
    [InlineData("getCookie('b') == '2=3' && getCookie('q') == 'quoted'")]
    [InlineData("!hasCookie('A') && !hasCookie('') && getCookie('none') == ''")]
    [Spec("SEC-093")]
    public void Cookies_are_found_by_their_exact_names_the_first_counts(string expression) => AssertTrue(expression);

    [Theory]
    [InlineData("""{"Country":{"IsoCode":"FR"},"Subdivisions":[{"IsoCode":"75"}]}""", "geoIP().Country.IsoCode in ['US','FR'] && geoIP().Subdivisions[0].IsoCode == '75'")]
    [InlineData("""{"Country":{"IsoCode":"FR"}}""", "geoIP().City.GeoNameID == 0 && geoIP().Country.IsInEuropeanUnion == false && geoIP().Postal.Code == ''")]
    [InlineData("""{"Country":{"IsoCode":"DE"}}""", "!(geoIP().Country.IsoCode in ['US','FR'])")]
    [InlineData(null, "geoIP().Country.IsoCode == '' && geoIP().Location.TimeZone == '' && size(geoIP().Subdivisions) == 0 && !(geoIP().Country.IsoCode in ['US','FR'])")]
    [InlineData("no json", "geoIP().Country.IsoCode == '' && geoIP().Traits.IsAnonymousProxy == false")]
    [InlineData("""{"Country":"FR"}""", "geoIP().Country.IsoCode == ''")]
    [InlineData("""[1]""", "geoIP().RepresentedCountry.Type == '' && geoIP().Continent.Code == '' && geoIP().RegisteredCountry.IsoCode == ''")]
    [Spec("SEC-095")]
    public void The_place_of_the_client_has_every_field(string? header, string expression) =>
        Assert.True(Evaluate(expression, header is null ? [] : [("X-Geoip", header)]).IsTrue, expression);

    [Theory]
    [InlineData("toJSON({'b': [1, 2u, 1.5, true, null], 'a': 'x\"y'}) == '{\"a\":\"x\\\\\"y\",\"b\":[1,2,1.5,true,null]}'")]
    [InlineData("toJSON('a') == '\"a\"' && toJSON(b'ab') == '\"YWI=\"'")]
    [InlineData("toJSON(duration('90m')) == '\"5400s\"' && toJSON(timestamp('2026-01-02T03:04:05Z')) == '\"2026-01-02T03:04:05Z\"'")]
    [InlineData("fromJSON('{\"a\":{\"b\":[1,2.5]}}').a.b[1] == 2.5")]
    [InlineData("type(fromJSON('7')) == int && type(fromJSON('7.0')) == double && fromJSON('null') == null")]
    [InlineData("fromJSON(toJSON(resp_data)) == resp_data")]
    [Spec("SEC-222", "SEC-097")]
    public void Json_is_written_and_read(string expression) => AssertTrue(expression);

    [Theory]
    [InlineData("fromJSON('{') == 1")]
    [InlineData("fromJSON('') == 1")]
    [InlineData("toJSON(int) == ''")]
    [InlineData("toJSON(double('NaN')) == ''")]
    [Spec("SEC-222")]
    public void What_has_no_json_is_an_error(string expression) => Assert.True(Evaluate(expression).IsError);

    [Theory]
    [InlineData("sha256('abc') == 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' && sha256(b'abc') == sha256('abc')")]
    [InlineData("hmac('what do ya want for nothing?', 'Jefe') == '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'")]
    [InlineData("hmac(b'what do ya want for nothing?', 'Jefe', 'sha256') == hmac('what do ya want for nothing?', 'Jefe')")]
    [InlineData("hmac('what do ya want for nothing?', 'Jefe', 'sha512').startsWith('164b7a7bfcf819e2e395fbe73b56e0a3') && size(hmac('a', 'b', 'sha384')) == 96")]
    [InlineData("base64.encode(b'hello') == 'aGVsbG8=' && string(base64.decode('aGVsbG8=')) == 'hello'")]
    [InlineData("uuid() != uuid() && uuid().matches('^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$')")]
    [Spec("SEC-225", "SEC-097")]
    public void Digests_encodings_and_identifiers(string expression) => AssertTrue(expression);

    [Theory]
    [InlineData("isURL('https://a.example/b') && !isURL('/b') && !isURL('') && !isURL('a b')")]
    [InlineData("!['//evil.example/x', '\\\\\\\\evil.example\\\\x', ' https://a.example', 'https://a.example ', 'https://a.example\\\\@evil.example', 'https://a.ex\\tample', 'https:///x', '/etc/passwd', 'file:///etc/passwd', 'a.example:80/x', 'javascript:alert(1)', 'https:a.example', 'https:////a.example', 'x y://a'].exists(u, isURL(u))")]
    [InlineData("parseURL('https://u:p@a.example:8443/x/y?q=1&q=2&r#f').hostname == 'a.example'")]
    [InlineData("parseURL('https://u:p@a.example:8443/x/y?q=1&q=2&r#f').query == {'q': ['1', '2'], 'r': ['']}")]
    [InlineData("parseURL('https://a.example:8443/x/y#f').port == '8443' && parseURL('https://a.example/x').port == '' && parseURL('https://a.example/x/y#f').path == '/x/y'")]
    [InlineData("!toJSON(parseURL('https://user:secret@a.example/')).contains('secret')")]
    [InlineData("urlEncode('a b/ü') == 'a%20b%2F%C3%BC' && urlDecode('a%20b+c') == 'a b c'")]
    [InlineData("isURL('http://bücher.example/') && parseURL('http://bücher.example/').hostname == 'xn--bcher-kva.example'")]
    [Spec("SEC-226", "SEC-097")]
    public void Urls(string expression) => AssertTrue(expression);

    [Theory]
    [InlineData("http://üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü.example/")]
    [InlineData("http://xn--a.example/")]
    [InlineData("http://ü\u200d-.example/")]
    [InlineData("http://[::1/")]
    [InlineData("http://a:99999/")]
    [InlineData("http://a/%zz?%zz=%u#%")]
    [Spec("SEC-226")]
    public void Whatever_a_text_is_no_macro_of_addresses_throws(string text)
    {
        var quoted = JsonSerializer.Serialize(text);
        foreach (var expression in new[] { $"isURL({quoted})", $"parseURL({quoted}).hostname != ''", $"urlDecode({quoted}) != ''", $"urlEncode({quoted}) != ''" })
            _ = Evaluate(expression).ToString();
    }

    [Theory]
    [InlineData("'AbC'.lowerAscii() == 'abc' && 'AbC'.upperAscii() == 'ABC' && 'abc'.charAt(1) == 'b' && 'abc'.reverse() == 'cba'")]
    [InlineData("'a,b'.split(',') == ['a', 'b'] && ['a', 'b'].join('-') == 'a-b' && 'abc'.substring(1, 2) == 'b' && ' a '.trim() == 'a'")]
    [InlineData("'abcb'.indexOf('b') == 1 && 'abcb'.lastIndexOf('b') == 3 && 'aa'.replace('a', 'b') == 'bb'")]
    [InlineData("math.bitAnd(6, 3) == 2 && math.bitOr(6, 3) == 7 && math.bitXor(6, 3) == 5 && math.bitShiftLeft(1, 3) == 8 && math.bitShiftRight(8, 3) == 1")]
    [InlineData("sets.contains([1, 2], [2]) && sets.intersects([1], [1, 2]) && [3, 1, 2].sort() == [1, 2, 3] && [1, 1].distinct() == [1]")]
    [InlineData("math.greatest(1, 2) == 2 && cidr('10.0.0.0/8').containsIP('10.1.2.3')")]
    [Spec("SEC-227", "SEC-097")]
    public void The_extensions_of_the_language_belong_to_them(string expression) => AssertTrue(expression);

    [Theory]
    [InlineData("size(toJSON([req_querystring.big[0], req_querystring.big[0]])) > 0 && [1,2,3,4,5,6,7,8,9].all(a, [1,2,3,4,5,6,7,8,9].all(b, [1,2,3,4,5,6,7,8,9].all(c, size(toJSON(req_querystring.big)) > 0)))")]
    [InlineData("[1,2,3,4,5,6,7,8,9].all(a, [1,2,3,4,5,6,7,8,9].all(b, [1,2,3,4,5,6,7,8,9].all(c, fromJSON(req_querystring.json[0]) != null)))")]
    [InlineData("[1,2,3,4,5,6,7,8,9].all(a, [1,2,3,4,5,6,7,8,9].all(b, [1,2,3,4,5,6,7,8,9].all(c, sha256(req_querystring.big[0]) != '')))")]
    [InlineData("[1,2,3,4,5,6,7,8,9].all(a, [1,2,3,4,5,6,7,8,9].all(b, [1,2,3,4,5,6,7,8,9].all(c, size(urlEncode(req_querystring.big[0])) > 0)))")]
    [Spec("SEC-084", "SEC-228")]
    public void Macros_pay_for_what_they_do(string expression)
    {
        var result = Evaluate(expression);

        Assert.Equal(CelErrorCode.CostExceeded, result.AsError.Code);
    }

    private static void AssertTrue(string expression)
    {
        var result = Evaluate(expression);

        Assert.True(result.IsTrue, $"{expression}: {result}");
    }

    private static CelValue Evaluate(string expression, params (string, string)[] headers)
    {
        using var response = new ProxyResponse
        {
            IsComplete = true,
            Data = TestPayload.Of("""{"none":null,"text":"","list":[],"map":{},"zero":0,"no":false,"word":"a"}"""),
        };
        var input = ExchangeInput.Rent();
        input.Request = TestRequest.Create(
            headers: [("X-Test", "one"), ("X-Test", "two"), ("X-Blank", ""), ("Cookie", "a=1; b=2=3; a=9"), ("Cookie", "q=\"quoted\""), .. headers],
            query: [("q", "1"), ("big", new string('a', 100_000)), ("json", $"[{string.Join(',', Enumerable.Repeat("1", 5_000))}]")],
            parameters: [("Id", "x")]);
        input.Response = response;
        input.KnowsPlaces = true;
        return ExchangeVariables.WithMacros.Compile(expression).Evaluate(input);
    }
}
