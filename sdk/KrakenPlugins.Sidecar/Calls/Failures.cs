using Google.Protobuf;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Sidecar.Calls;

/// <summary>Failures between the SDK's form and the protocol's.</summary>
internal static class Failures
{
    /// <summary>A fault of the plugin.</summary>
    public static CallFailure Internal(string message) => new() { Kind = FailureKind.Internal, Status = 500, Message = message };

    /// <summary>The stream has as many calls as it takes.</summary>
    public static CallFailure Overloaded(int limit) => new()
    {
        Kind = FailureKind.Overloaded,
        Status = 503,
        Message = $"the plugin has {limit} calls under way, as many as it takes",
        IsNeutral = true,
    };

    /// <summary>As the protocol has it.</summary>
    public static CallFailure ToMessage(GatewayError error)
    {
        var failure = new CallFailure
        {
            Kind = KindOf(error.Kind),
            Status = (uint)error.StatusCode,
            Message = error.Message,
            ContentType = error.ContentType ?? "",
            IsBodyPublic = error.IsBodyPublic,
            IsNeutral = error.IsNeutral,
            IsUnsent = error.IsUnsent,
        };
        if (error.Body is { } body)
            failure.Body = ByteString.CopyFrom(body);
        if (error.Headers is { } headers)
            HeaderLists.Write(headers, failure.Headers);
        return failure;
    }

    /// <summary>As the SDK has it.</summary>
    public static GatewayError ToError(CallFailure failure) => new(KindOf(failure.Kind), failure.Message, failure.Status == 0 ? 500 : (int)failure.Status)
    {
        Body = failure.Body.IsEmpty ? null : failure.Body.ToByteArray(),
        ContentType = failure.ContentType.Length == 0 ? null : failure.ContentType,
        IsBodyPublic = failure.IsBodyPublic,
        IsNeutral = failure.IsNeutral,
        IsUnsent = failure.IsUnsent,
        Headers = failure.Headers.Count == 0 ? null : HeaderLists.Read(failure.Headers),
    };

    private static FailureKind KindOf(GatewayErrorKind kind) => kind switch
    {
        GatewayErrorKind.ClientAborted => FailureKind.ClientAborted,
        GatewayErrorKind.Timeout => FailureKind.Timeout,
        GatewayErrorKind.Lost => FailureKind.Lost,
        GatewayErrorKind.Connection => FailureKind.Connection,
        GatewayErrorKind.Status => FailureKind.Status,
        GatewayErrorKind.Payload => FailureKind.Payload,
        GatewayErrorKind.Rejected => FailureKind.Rejected,
        GatewayErrorKind.Multiple => FailureKind.Multiple,
        _ => FailureKind.Internal,
    };

    private static GatewayErrorKind KindOf(FailureKind kind) => kind switch
    {
        FailureKind.ClientAborted => GatewayErrorKind.ClientAborted,
        FailureKind.Timeout => GatewayErrorKind.Timeout,
        FailureKind.Lost => GatewayErrorKind.Lost,
        FailureKind.Connection => GatewayErrorKind.Connection,
        FailureKind.Status => GatewayErrorKind.Status,
        FailureKind.Payload => GatewayErrorKind.Payload,
        FailureKind.Rejected => GatewayErrorKind.Rejected,
        FailureKind.Multiple => GatewayErrorKind.Multiple,
        _ => GatewayErrorKind.Internal,
    };
}
