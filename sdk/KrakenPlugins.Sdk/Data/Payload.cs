using System.Buffers;

namespace KrakenPlugins.Sdk.Data;

/// <summary>
/// The data of a response: an object that stays bytes until somebody needs the tree. It has one owner, who disposes it; ownership
/// passes on with the response and ends when it is rendered. Not thread-safe.
/// </summary>
public abstract class Payload : IDisposable
{
    private DataObject? _tree;
    private bool _isDisposed;

    /// <summary>Whether the tree was asked for; from then on it is the truth and the bytes are gone.</summary>
    public bool HasTree => _tree is not null;

    /// <summary>
    /// The data as a tree that may be changed freely; the changes are what is rendered. The first access builds it.
    /// </summary>
    public DataObject Tree
    {
        get
        {
            ThrowIfDisposed();
            if (_tree is null)
            {
                _tree = Materialise();
                ReleaseBytes();
            }
            return _tree;
        }
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            ThrowIfDisposed();
            if (_tree is null)
                ReleaseBytes();
            _tree = value;
        }
    }

    /// <summary>Whether the object has no member at all.</summary>
    public bool IsEmpty
    {
        get
        {
            ThrowIfDisposed();
            return _tree is null ? IsEmptyBytes : _tree.Count == 0;
        }
    }

    /// <summary>Whether the bytes held have no member; called only while there is no tree.</summary>
    protected abstract bool IsEmptyBytes { get; }

    /// <summary>
    /// Appends the object as canonical JSON: compact, keys sorted by UTF-8 byte order at every level, each once, escaped as Go's
    /// encoder does (MAN-074).
    /// </summary>
    public abstract void WriteJson(IBufferWriter<byte> output);

    /// <summary>Builds the tree from the bytes; called at most once.</summary>
    protected abstract DataObject Materialise();

    /// <summary>Gives the bytes back; called when the tree takes over and on disposal, possibly more than once.</summary>
    protected abstract void ReleaseBytes();

    /// <summary>Throws <see cref="ObjectDisposedException"/> once the payload was disposed: its bytes may be another request's.</summary>
    protected void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_isDisposed, this);

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        _tree = null;
        ReleaseBytes();
        GC.SuppressFinalize(this);
    }
}
