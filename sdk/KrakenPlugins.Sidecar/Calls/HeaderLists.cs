using Google.Protobuf.Collections;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Sidecar.Calls;

/// <summary>Lists of headers and parameters, and what changed of them. They are short: a comparison is a scan.</summary>
internal static class HeaderLists
{
    /// <summary>Headers as the SDK has them.</summary>
    public static NameValueList Read(RepeatedField<Header> headers)
    {
        var list = new NameValueList(ignoreCase: true);
        foreach (var header in headers)
            list.Add(header.Name, header.Value);
        return list;
    }

    /// <summary>Parameters as the SDK has them.</summary>
    public static NameValueList Read(RepeatedField<Parameter> parameters)
    {
        var list = new NameValueList(ignoreCase: false);
        foreach (var parameter in parameters)
            list.Add(parameter.Name, parameter.Value);
        return list;
    }

    /// <summary>Headers as the protocol has them.</summary>
    public static void Write(NameValueList headers, RepeatedField<Header> target)
    {
        foreach (var (name, value) in headers.Items)
            target.Add(new Header { Name = name, Value = value });
    }

    /// <summary>What to do to the headers of before so that they are those of now.</summary>
    public static void WriteChanges(NameValueList before, NameValueList now, RepeatedField<HeaderChange> target)
    {
        if (AreSame(before, now))
            return;
        for (var i = 0; i < now.Count; i++)
        {
            var name = now[i].Key;
            if (IsFirst(now, i) && !HaveSameValues(before, now, name))
                WriteValues(now, name, target);
        }
        for (var i = 0; i < before.Count; i++)
        {
            var name = before[i].Key;
            if (IsFirst(before, i) && !now.Contains(name))
                target.Add(new HeaderChange { Name = name, Operation = HeaderOperation.Remove });
        }
    }

    /// <summary>The parameters of now where they are not those of before.</summary>
    public static ParameterList? ChangeOf(NameValueList before, NameValueList now)
    {
        if (AreSame(before, now))
            return null;
        var list = new ParameterList();
        foreach (var (name, value) in now.Items)
            list.Parameters.Add(new Parameter { Name = name, Value = value });
        return list;
    }

    /// <summary>
    /// Says how a new body is encoded where nothing was said of it: who replaces a body is taken to have decoded it, but some pass the bytes on.
    /// </summary>
    public static void WriteEncoding(string? encoding, RepeatedField<HeaderChange> changes)
    {
        if (string.IsNullOrEmpty(encoding))
            return;
        foreach (var change in changes)
        {
            if (change.Name.Equals("Content-Encoding", StringComparison.OrdinalIgnoreCase))
                return;
        }
        changes.Add(new HeaderChange { Name = "Content-Encoding", Operation = HeaderOperation.Set, Value = encoding });
    }

    private static bool AreSame(NameValueList one, NameValueList other)
    {
        var a = one.Items;
        var b = other.Items;
        if (a.Length != b.Length)
            return false;
        // One storage until somebody writes.
        if (a == b)
            return true;
        for (var i = 0; i < a.Length; i++)
        {
            if (!string.Equals(a[i].Key, b[i].Key, StringComparison.Ordinal) || !string.Equals(a[i].Value, b[i].Value, StringComparison.Ordinal))
                return false;
        }
        return true;
    }

    private static bool IsFirst(NameValueList list, int index)
    {
        for (var i = 0; i < index; i++)
        {
            if (list[i].Key.Equals(list[index].Key, StringComparison.OrdinalIgnoreCase))
                return false;
        }
        return true;
    }

    // Names too: a change of spelling is one.
    private static bool HaveSameValues(NameValueList before, NameValueList now, string name)
    {
        var at = 0;
        foreach (var (key, value) in now.Items)
        {
            if (!key.Equals(name, StringComparison.OrdinalIgnoreCase))
                continue;
            while (at < before.Count && !before[at].Key.Equals(name, StringComparison.OrdinalIgnoreCase))
                at++;
            if (at == before.Count || before[at].Key != key || before[at].Value != value)
                return false;
            at++;
        }
        for (; at < before.Count; at++)
        {
            if (before[at].Key.Equals(name, StringComparison.OrdinalIgnoreCase))
                return false;
        }
        return true;
    }

    private static void WriteValues(NameValueList now, string name, RepeatedField<HeaderChange> target)
    {
        var operation = HeaderOperation.Set;
        foreach (var (key, value) in now.Items)
        {
            if (!key.Equals(name, StringComparison.OrdinalIgnoreCase))
                continue;
            target.Add(new HeaderChange { Name = key, Operation = operation, Value = value });
            operation = HeaderOperation.Add;
        }
    }
}
