using System.Globalization;
using Google.Protobuf;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace Gateway.Sidecars.Components;

/// <summary>Failures as values of the pipelines and as messages.</summary>
internal static class Failures
{
    /// <summary>Checks a failure of a plugin and makes it a value. Throws <see cref="ViolationException"/>.</summary>
    public static GatewayError Read(CallFailure failure) => new(KindOf(failure.Kind), MessageOf(failure), StatusOf(failure))
    {
        Body = failure.Body.IsEmpty ? null : failure.Body.ToByteArray(),
        ContentType = ContentTypeOf(failure),
        Headers = failure.Headers.Count == 0 ? null : HeaderRules.Read(failure.Headers),
        IsBodyPublic = failure.IsBodyPublic,
        IsNeutral = failure.IsNeutral,
        IsUnsent = failure.IsUnsent,
    };

    /// <summary>The HTTP status of a failure. Throws <see cref="ViolationException"/>.</summary>
    public static int StatusOf(CallFailure failure) => failure.Status switch
    {
        0 => StatusCodes.Status500InternalServerError,
        >= 200 and <= 599 => (int)failure.Status,
        _ => throw new ViolationException(string.Create(CultureInfo.InvariantCulture, $"{failure.Status} is no status of an answer; expected 200 to 599")),
    };

    /// <summary>What is logged of it.</summary>
    public static string MessageOf(CallFailure failure) => failure.Message.Length > 0 ? failure.Message : "the plugin failed without saying why";

    /// <summary>Its content type, checked; <see langword="null"/> without one. Throws <see cref="ViolationException"/>.</summary>
    public static string? ContentTypeOf(CallFailure failure)
    {
        if (failure.ContentType.Length == 0)
            return null;
        HeaderRules.CheckValue("Content-Type", failure.ContentType);
        return failure.ContentType;
    }

    /// <summary>A failure as a message.</summary>
    public static CallFailure Write(GatewayError error, PlaceNeeds needs)
    {
        var failure = new CallFailure
        {
            Kind = KindOf(error.Kind),
            Status = (uint)Math.Max(0, error.StatusCode),
            Message = error.Message,
            ContentType = error.ContentType ?? "",
            IsBodyPublic = error.IsBodyPublic,
            IsNeutral = error.IsNeutral,
            IsUnsent = error.IsUnsent,
        };
        if (error.Body is { } body)
            failure.Body = UnsafeByteOperations.UnsafeWrap(body);
        if (error.Headers is { } headers)
            Heads.Write(headers, failure.Headers, needs);
        return failure;
    }

    private static GatewayErrorKind KindOf(FailureKind kind) => kind switch
    {
        FailureKind.Timeout => GatewayErrorKind.Timeout,
        FailureKind.Connection => GatewayErrorKind.Connection,
        FailureKind.Status => GatewayErrorKind.Status,
        FailureKind.Payload => GatewayErrorKind.Payload,
        FailureKind.Rejected or FailureKind.Overloaded => GatewayErrorKind.Rejected,
        FailureKind.ClientAborted => GatewayErrorKind.ClientAborted,
        FailureKind.Lost => GatewayErrorKind.Lost,
        FailureKind.Multiple => GatewayErrorKind.Multiple,
        _ => GatewayErrorKind.Internal,
    };

    private static FailureKind KindOf(GatewayErrorKind kind) => kind switch
    {
        GatewayErrorKind.Timeout => FailureKind.Timeout,
        GatewayErrorKind.Connection => FailureKind.Connection,
        GatewayErrorKind.Status => FailureKind.Status,
        GatewayErrorKind.Payload => FailureKind.Payload,
        GatewayErrorKind.Rejected => FailureKind.Rejected,
        GatewayErrorKind.ClientAborted => FailureKind.ClientAborted,
        GatewayErrorKind.Lost => FailureKind.Lost,
        GatewayErrorKind.Multiple => FailureKind.Multiple,
        _ => FailureKind.Internal,
    };
}
