using Hostlock.Fetching;
using Hostlock.Fetching.Http;
using Hostlock.Flakes;

namespace Hostlock.Tests.Fetching.Http;

/// <summary>The header of a token of nix.conf, and the warning about an odd token.</summary>
public class TokenHeaderTests
{
    [Theory]
    [InlineData("PAT:secret", "Private-token", "secret", null)]
    [InlineData("OAuth2:secret", "Authorization", "Bearer secret", null)]
    [InlineData("secret", "Private-token", "secret", "no type")]
    [InlineData("Job-Token:secret", "Job-Token", "secret", "a type that GitLab does not know")]
    public void A_token_of_gitlab_is_sent_by_its_type_and_without_one_as_a_personal_token(
        string token, string name, string value, string? oddity)
    {
        var settings = NixSettings.Read(
            new Dictionary<string, string> { ["NIX_CONF_DIR"] = "/nonexistent", ["NIX_CONFIG"] = $"access-tokens = gitlab.com={token}" });

        var header = TokenHeader.For(FlakeRef.ParseInput("gitlab:acme/a", wantsTree: true, null, null), settings)!;

        Assert.Equal((name, value), (header.Name, header.Value));
        Assert.Equal(oddity is null, header.Warning is null);
        Assert.Contains(oddity ?? "", header.Warning?.Message ?? "", StringComparison.Ordinal);
        Assert.DoesNotContain("secret", header.Warning?.Message ?? "", StringComparison.Ordinal);
    }
}
