using System.IO.Pipelines;
using KrakenPlugins.Plugin.V1;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Sidecars.Components;

/// <summary>What a walk is told of the answer that is made further in.</summary>
internal interface IAnswerListener
{
    /// <summary>The head is there; a body that the plugin may ask for, too, or not.</summary>
    void AnswerBegan(PipedAnswer? body);

    /// <summary>All is there.</summary>
    void AnswerCame(ReadOnlyMemory<byte> body);

    /// <summary>The body has more bytes than may be held.</summary>
    void AnswerWasTooLong();
}

/// <summary>
/// The answer as those further in see it while a plugin may still have a say in it: they write to this, and it goes on to the exchange once the
/// plugin has decided. What they want to do before the answer begins is done before the plugin sees its head.
/// </summary>
/// <remarks>Used by those further in, but for <see cref="Decide"/>, which the walk calls beside them.</remarks>
internal sealed class ResponseTap : IHttpResponseFeature, IHttpResponseBodyFeature, IHttpRequestLifetimeFeature, IDisposable
{
    private readonly TaskCompletionSource _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _end = new();
    private readonly CancellationTokenRegistration _aborted;
    private readonly HttpContext _context;
    private readonly IAnswerListener _listener;
    private readonly BodyNeed _need;
    private readonly TapWriter _writer;
    private readonly IHttpRequestLifetimeFeature _lifetime;
    private Stack<(Func<object, Task> Callback, object State)>? _starting;
    private Task? _beginning;
    private Stream? _stream;
    private volatile bool _isDropped;
    private CancellationToken? _given;
    private bool _isInstalled;

    public ResponseTap(HttpContext context, IAnswerListener listener, BodyNeed need, int limit)
    {
        _context = context;
        _listener = listener;
        _need = need;
        _aborted = context.RequestAborted.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _end);
        RealHead = context.Features.GetRequiredFeature<IHttpResponseFeature>();
        RealBody = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        _lifetime = context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>();
        _writer = new TapWriter(this, limit);
        context.Features.Set<IHttpResponseFeature>(this);
        context.Features.Set<IHttpResponseBodyFeature>(this);
        context.Features.Set<IHttpRequestLifetimeFeature>(this);
        _isInstalled = true;
    }

    /// <summary>The head that goes to the client.</summary>
    public IHttpResponseFeature RealHead { get; }

    /// <summary>The body that goes to the client.</summary>
    public IHttpResponseBodyFeature RealBody { get; }

    /// <summary>The body that the plugin may ask for, once it is there.</summary>
    public PipedAnswer? Body { get; private set; }

    /// <summary>Fires when nobody wants the answer of those further in any more.</summary>
    public CancellationToken Ended => _end.Token;

    /// <summary>Whether those further in have begun their answer.</summary>
    public bool HasStarted => _beginning is not null || RealHead.HasStarted;

    /// <inheritdoc/>
    public int StatusCode
    {
        get => RealHead.StatusCode;
        set => RealHead.StatusCode = value;
    }

    /// <inheritdoc/>
    public string? ReasonPhrase
    {
        get => RealHead.ReasonPhrase;
        set => RealHead.ReasonPhrase = value;
    }

    /// <inheritdoc/>
    public IHeaderDictionary Headers
    {
        get => RealHead.Headers;
        set => RealHead.Headers = value;
    }

    /// <inheritdoc/>
    public PipeWriter Writer => _writer;

    /// <inheritdoc/>
    public Stream Stream => _stream ??= _writer.AsStream();

    /// <inheritdoc/>
    CancellationToken IHttpRequestLifetimeFeature.RequestAborted
    {
        get => _given ?? _end.Token;
        set => _given = value;
    }

    /// <inheritdoc/>
    Stream IHttpResponseFeature.Body
    {
        get => Stream;
        set => throw new NotSupportedException("the body is replaced by a feature of its own");
    }

    /// <summary>Lets the answer of those further in go on, or drops it. Once.</summary>
    public void Decide(bool drops)
    {
        _isDropped = drops;
        _decided.TrySetResult();
    }

    /// <summary>Whether the answer goes on whatever the plugin might have said.</summary>
    public bool IsPassed => _decided.Task.IsCompleted && !_isDropped;

    /// <summary>Whether the client has left.</summary>
    public bool IsClientGone => _lifetime.RequestAborted.IsCancellationRequested;

    /// <summary>Breaks the client's connection off.</summary>
    public void AbortClient() => _lifetime.Abort();

    /// <summary>Asks those further in to end.</summary>
    public void Cancel() => _end.Cancel();

    /// <summary>Gives the exchange its own features back.</summary>
    public void Uninstall()
    {
        if (!_isInstalled)
            return;
        _isInstalled = false;
        _context.Features.Set(RealHead);
        _context.Features.Set(RealBody);
        _context.Features.Set(_lifetime);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Uninstall();
        _aborted.Dispose();
        _end.Dispose();
        _writer.Release();
    }

    /// <inheritdoc/>
    public void OnStarting(Func<object, Task> callback, object state)
    {
        if (HasStarted)
            throw new InvalidOperationException("the answer has begun");
        (_starting ??= new()).Push((callback, state));
    }

    /// <inheritdoc/>
    public void OnCompleted(Func<object, Task> callback, object state) => RealHead.OnCompleted(callback, state);

    /// <inheritdoc/>
    public void DisableBuffering() => RealBody.DisableBuffering();

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken = default) => _beginning ??= BeginAsync();

    /// <inheritdoc/>
    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    /// <inheritdoc/>
    public async Task CompleteAsync()
    {
        await EndAsync().ConfigureAwait(false);
        if (_writer.Mode == TapMode.Passing)
            await RealBody.CompleteAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    void IHttpRequestLifetimeFeature.Abort()
    {
        // Nobody gets what those further in break off.
        if (_isDropped)
            return;
        if (_writer.Mode == TapMode.Piping)
            Body!.Break();
        else
            _lifetime.Abort();
    }

    /// <summary>Those further in are done.</summary>
    public async ValueTask EndAsync()
    {
        await StartAsync().ConfigureAwait(false);
        if (_writer.Mode == TapMode.Collecting)
        {
            if (_writer.IsTooLong)
                _listener.AnswerWasTooLong();
            else
                _listener.AnswerCame(_writer.Held);
            await _decided.Task.ConfigureAwait(false);
            _writer.Turn(_isDropped || _writer.IsTooLong ? TapMode.Dropping : TapMode.Passing);
        }
        if (_writer.Mode == TapMode.Passing)
            _writer.PassHeld();
        else if (_writer.Mode == TapMode.Piping)
            await Body!.EndAsync().ConfigureAwait(false);
    }

    private async Task BeginAsync()
    {
        while (_starting is not null && _starting.TryPop(out var starting))
            await starting.Callback(starting.State).ConfigureAwait(false);
        if (_isDropped)
        {
            _writer.Turn(TapMode.Dropping);
            return;
        }
        if (IsPassed || _need == BodyNeed.Buffered)
        {
            _writer.Turn(IsPassed ? TapMode.Passing : TapMode.Collecting);
            return;
        }
        if (_need == BodyNeed.Streamed && MayHaveBody())
            Body = new PipedAnswer();
        _listener.AnswerBegan(Body);
        await (Body is null ? _decided.Task : Task.WhenAny(_decided.Task, Body.Taken)).ConfigureAwait(false);
        if (_isDropped)
            _writer.Turn(TapMode.Dropping);
        else
            _writer.Turn(Body is { IsTaken: true } ? TapMode.Piping : TapMode.Passing);
    }

    private bool MayHaveBody() => !Answers.IsBodiless(RealHead.StatusCode) && RealHead.StatusCode >= 200
        && !HttpMethods.IsHead(_context.Request.Method) && RealHead.Headers.ContentLength != 0;
}
