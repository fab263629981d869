using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Google.Protobuf.Collections;
using KrakenPlugins.Plugin.V1;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace KrakenPlugins.Sidecar.Exchanges;

/// <summary>Headers that know which of them were touched, so that changes cost what they are.</summary>
internal sealed class TrackedHeaders : IHeaderDictionary
{
    private readonly HeaderDictionary _headers = [];
    private readonly List<string> _touched = [];

    /// <summary>Whether somebody touched one.</summary>
    public bool IsTouched => _touched.Count > 0;

    /// <summary>Whether they went out already, so that a change is a mistake.</summary>
    public bool IsReadOnly { get; set; }

    /// <inheritdoc/>
    public int Count => _headers.Count;

    /// <inheritdoc/>
    public ICollection<string> Keys => _headers.Keys;

    /// <inheritdoc/>
    public ICollection<StringValues> Values => _headers.Values;

    /// <inheritdoc/>
    public long? ContentLength
    {
        get => _headers.ContentLength;
        set
        {
            Touch("Content-Length");
            _headers.ContentLength = value;
        }
    }

    /// <inheritdoc/>
    public StringValues this[string key]
    {
        get => _headers[key];
        set
        {
            Touch(key);
            _headers[key] = value;
        }
    }

    StringValues IDictionary<string, StringValues>.this[string key]
    {
        get => ((IDictionary<string, StringValues>)_headers)[key];
        set => this[key] = value;
    }

    /// <summary>Puts these in place of all, untouched.</summary>
    public void Load(RepeatedField<Header> headers)
    {
        _headers.Clear();
        _touched.Clear();
        foreach (var header in headers)
            _headers.Append(header.Name, header.Value);
    }

    /// <summary>Takes a header as one that was there.</summary>
    public void Forget(string name) => _touched.Remove(name);

    /// <summary>What to do to the original ones so that they are these.</summary>
    public void WriteChanges(RepeatedField<HeaderChange> target)
    {
        foreach (var name in _touched)
        {
            var values = _headers[name];
            if (values.Count == 0)
                target.Add(new HeaderChange { Name = name, Operation = HeaderOperation.Remove });
            for (var i = 0; i < values.Count; i++)
                target.Add(new HeaderChange { Name = name, Operation = i == 0 ? HeaderOperation.Set : HeaderOperation.Add, Value = values[i] ?? "" });
        }
    }

    /// <summary>All of them as the protocol has them.</summary>
    public void WriteTo(RepeatedField<Header> target)
    {
        foreach (var (name, values) in _headers)
        {
            foreach (var value in values)
                target.Add(new Header { Name = name, Value = value ?? "" });
        }
    }

    /// <inheritdoc/>
    public void Add(string key, StringValues value)
    {
        Touch(key);
        _headers.Add(key, value);
    }

    /// <inheritdoc/>
    public void Add(KeyValuePair<string, StringValues> item) => Add(item.Key, item.Value);

    /// <inheritdoc/>
    public bool Remove(string key)
    {
        Touch(key);
        return _headers.Remove(key);
    }

    /// <inheritdoc/>
    public bool Remove(KeyValuePair<string, StringValues> item) => _headers.Contains(item) && Remove(item.Key);

    /// <inheritdoc/>
    public void Clear()
    {
        foreach (var (name, _) in _headers)
            Touch(name);
        _headers.Clear();
    }

    /// <inheritdoc/>
    public bool Contains(KeyValuePair<string, StringValues> item) => _headers.Contains(item);

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _headers.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out StringValues value) => _headers.TryGetValue(key, out value);

    /// <inheritdoc/>
    public void CopyTo(KeyValuePair<string, StringValues>[] array, int arrayIndex) => _headers.CopyTo(array, arrayIndex);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, StringValues>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, StringValues>>)_headers).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void Touch(string name)
    {
        if (IsReadOnly)
            throw new InvalidOperationException("headers are read-only: the response has started");
        foreach (var touched in _touched)
        {
            if (touched.Equals(name, StringComparison.OrdinalIgnoreCase))
                return;
        }
        _touched.Add(name);
    }
}
