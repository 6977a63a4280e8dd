namespace Hostlock.Fetching.Http;

/// <summary>Passes requests on to a server, and announces each of them, without its headers, which may have secrets.</summary>
/// <param name="inner">Makes the connection to the network.</param>
/// <param name="tell">Is told each address, without a login.</param>
public sealed class ToldRequests(HttpMessageHandler inner, Action<string> tell) : DelegatingHandler(inner)
{
    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        tell(request.RequestUri!.GetComponents(UriComponents.AbsoluteUri & ~UriComponents.UserInfo, UriFormat.UriEscaped));
        return base.SendAsync(request, cancellationToken);
    }
}
