using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Templates.Tests.Sprig;

public sealed class FunctionNamesTests
{
    // The table "Template functions" of the specification without include, which only configuration templates have, row by row.
    private const string Specified = """
        marshal
        trim trimAll trimall trimSuffix trimPrefix upper lower title untitle substr trunc abbrev abbrevboth repeat nospace initials swapcase
        shuffle snakecase camelcase kebabcase wrap wrapWith contains hasPrefix hasSuffix quote squote cat indent nindent replace plural toString hello
        split splitList splitn join sortAlpha toStrings
        regexMatch regexFind regexFindAll regexReplaceAll regexReplaceAllLiteral regexSplit regexQuoteMeta
        mustRegexMatch mustRegexFind mustRegexFindAll mustRegexReplaceAll mustRegexReplaceAllLiteral mustRegexSplit
        add add1 sub mul div mod max biggest min until untilStep seq randInt int int64 atoi
        addf add1f subf mulf divf maxf minf ceil floor round float64 toDecimal
        now date dateInZone date_in_zone dateModify date_modify mustDateModify must_date_modify toDate mustToDate htmlDate htmlDateInZone
        unixEpoch ago duration durationRound
        default empty coalesce all any ternary compact mustCompact fromJson toJson toPrettyJson toRawJson
        mustFromJson mustToJson mustToPrettyJson mustToRawJson deepCopy mustDeepCopy
        b64enc b64dec b32enc b32dec sha1sum sha256sum sha512sum adler32sum
        list tuple first rest last initial append push prepend concat reverse uniq without has slice chunk
        mustFirst mustRest mustLast mustInitial mustAppend mustPush mustPrepend mustReverse mustUniq mustWithout mustHas mustSlice mustChunk
        dict get set unset hasKey pluck dig merge mergeOverwrite mustMerge mustMergeOverwrite keys values pick omit
        typeOf typeIs typeIsLike kindOf kindIs deepEqual
        base dir ext clean isAbs osBase osDir osExt osClean osIsAbs
        env expandenv getHostByName fail
        bcrypt htpasswd derivePassword genPrivateKey genCA genCAWithKey genSelfSignedCert genSelfSignedCertWithKey genSignedCert
        genSignedCertWithKey buildCustomCert encryptAES decryptAES uuidv4 randAlpha randAlphaNum randNumeric randAscii randBytes
        semver semverCompare urlParse urlJoin
        """;

    [Fact, Spec("CFG-112")]
    public void The_table_holds_exactly_the_functions_of_the_specification()
    {
        var table = new FunctionTable();

        SprigFunctions.AddTo(table, new SprigEnvironment());

        var expected = Specified.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);
        Assert.Equal(expected, table.Names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_function_is_called_by_a_test()
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        var ownTests = typeof(FunctionNamesTests).Assembly.GetTypes().Where(static type => type.Namespace == typeof(FunctionNamesTests).Namespace);
        foreach (var method in ownTests.SelectMany(static type => type.GetMethods()))
        foreach (var data in method.GetCustomAttributes(typeof(InlineDataAttribute), inherit: false).Cast<InlineDataAttribute>())
        foreach (var text in data.GetData(method).Single().OfType<string>().Take(1))
            words.UnionWith(System.Text.RegularExpressions.Regex.Matches(text, "\\w+").Select(static match => match.Value));
        // Their templates stand in the bodies of tests.
        words.UnionWith(["snakecase", "kebabcase", "camelcase", "mustFromJson", "shuffle", "randInt", "bcrypt", "semverCompare", "genSignedCert", "genSignedCertWithKey"]);

        Assert.Empty(Specified.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Except(words));
    }

    [Theory, Spec("CFG-112")]
    [InlineData("{{ uuidv5 }}", "uuidv5")]
    [InlineData("{{ .x | toYaml }}", "toYaml")]
    [InlineData("{{ include \"file\" }}", "include")]
    public void A_function_outside_of_the_table_is_an_error_that_names_it(string template, string name)
    {
        var message = SprigTemplates.RenderError(template);

        Assert.Contains($"function \"{name}\" not defined", message, StringComparison.Ordinal);
    }
}
