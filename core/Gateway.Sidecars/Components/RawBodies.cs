using Gateway.Sidecars.Calls;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Sidecars.Components;

/// <summary>Raw answers for a plugin.</summary>
internal static class RawBodies
{
    /// <summary>Reads the body into memory; one that is too long is a failure of the backend. The answer belongs to what is returned, unless this throws.</summary>
    public static async ValueTask<ClientResult> BufferAsync(ClientResponse answer, SidecarPlace place, CancellationToken cancellationToken)
    {
        if (answer is BufferedResponse)
            return answer;
        try
        {
            return new BufferedResponse(answer, await answer.ReadAllAsync(place.MaxWholeBody, cancellationToken).ConfigureAwait(false));
        }
        catch (BufferLimitException)
        {
            answer.Dispose();
            return new GatewayError(GatewayErrorKind.Payload, $"the answer is longer than the {place.MaxWholeBody} bytes that plugin {place.Sidecar.Id} takes");
        }
        catch (IOException exception)
        {
            answer.Dispose();
            return new GatewayError(GatewayErrorKind.Connection, exception.Message);
        }
    }

    /// <summary>Writes what is needed of an answer; returns the body that the plugin may ask for.</summary>
    public static AnswerSource? Describe(ClientResponse answer, Response response, PlaceNeeds needs, SidecarCall call)
    {
        if (needs.ResponseHead)
        {
            response.Status = (uint)answer.StatusCode;
            Heads.Write(answer.Headers, response.Headers, needs);
        }
        switch (needs.ResponseBody)
        {
            case BodyNeed.Buffered when answer is BufferedResponse buffered:
                response.Body = DataBody.Wrap(buffered.Body);
                return null;
            case BodyNeed.Streamed when answer.ContentLength != 0:
                var source = new AnswerSource(answer);
                response.Body = call.Announce(source, answer.ContentLength);
                return source;
            default:
                return null;
        }
    }
}
