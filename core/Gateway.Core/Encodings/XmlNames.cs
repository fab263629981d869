using System.Xml;

namespace Gateway.Core.Encodings;

/// <summary>
/// The name table of one document. It bounds how many names a single tag may hold, because the reader revisits every attribute
/// of a tag with each further buffer it reads: 400,000 attributes in one tag took 4 s, and the time grows with the square.
/// </summary>
internal sealed class XmlNames : NameTable
{
    /// <summary>Names looked up for one tag; an attribute needs one to five of them.</summary>
    public const int MaxPerTag = 50_000;

    private int _names;

    /// <summary>Starts counting anew.</summary>
    public void BeginTag() => _names = 0;

    /// <inheritdoc/>
    public override string Add(char[] key, int start, int len)
    {
        Count();
        return base.Add(key, start, len);
    }

    /// <inheritdoc/>
    public override string Add(string key)
    {
        Count();
        return base.Add(key);
    }

    private void Count()
    {
        if (++_names > MaxPerTag)
            throw new DecodeException("xml: too many attributes in one element");
    }
}
