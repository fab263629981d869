using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace KrakenPlugins.ApiKeys;

/// <summary>Lets a request into an endpoint that has a known key with an admitted role (AUT-092, AUT-093).</summary>
internal sealed class ApiKeysMiddleware : IHttpMiddleware
{
    private static readonly StringValues s_any = "ANY";

    private readonly KeyRing _ring;
    private readonly PresentedKey _presented;
    private readonly bool[]? _admitted;

    /// <param name="ring">The known keys.</param>
    /// <param name="presented">Where the request has one.</param>
    /// <param name="roles">Admitted roles; empty admits all.</param>
    public ApiKeysMiddleware(KeyRing ring, PresentedKey presented, IReadOnlyList<string> roles)
    {
        _ring = ring;
        _presented = presented;
        if (roles.Count == 0)
            return;
        _admitted = new bool[ring.RoleCount];
        foreach (var role in roles)
        {
            if (ring.RoleNumber(role) is >= 0 and var number)
                _admitted[number] = true;
        }
    }

    /// <summary>Header that gets the role; empty for none.</summary>
    public string RoleHeader { get; init; } = "";

    /// <summary>Buckets of the keys; <see langword="null"/> where there is no limit.</summary>
    public KeyRates? Rates { get; init; }

    /// <summary>How they fill.</summary>
    public KeyPace Pace { get; init; }

    /// <summary>Clock of the buckets.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var key = _presented.Find(context.Request, _ring, out var digest);
        if (key < 0 || !TryAdmit(key, out var role))
            return RefuseAsync(context, StatusCodes.Status401Unauthorized);
        if (Rates is not null && !Rates.TryTake(digest, Pace, Time.GetTimestamp()))
            return RefuseAsync(context, StatusCodes.Status429TooManyRequests);
        if (RoleHeader.Length > 0)
            context.Request.Headers[RoleHeader] = role;
        return next(context);
    }

    private bool TryAdmit(int key, out StringValues role)
    {
        role = s_any;
        if (_admitted is null)
            return true;
        foreach (var number in _ring.RolesOf(key))
        {
            if (!_admitted[number])
                continue;
            role = _ring.RoleName(number);
            return true;
        }
        return false;
    }

    private static Task RefuseAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }
}

/// <summary>Takes the header of roles away from what clients of an endpoint without keys send (AUT-101).</summary>
/// <param name="header">Its name.</param>
internal sealed class RoleHeaderRemoval(string header) : IHttpMiddleware
{
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        context.Request.Headers.Remove(header);
        return next(context);
    }
}
