namespace Hostlock.Flakes.Schemes;

/// <summary><c>github:owner/repo</c>.</summary>
sealed class GitHubScheme : ForgeScheme
{
    public override string Name => "github";

    public override string DefaultHost => "github.com";

    public override (string Name, string Value) TokenHeader(string token) => ("Authorization", $"token {token}");

    public override RevisionQuery? AskRevision(RefAttributes attributes) =>
        attributes.Has("rev") ? null
        : new RevisionQuery.Json($"{Api(attributes)}/commits/{attributes.Text("ref") ?? "HEAD"}", HostOf(attributes, DefaultHost), "sha", InFirstElement: false, "commit", "committer", "date");

    public override RevisionQuery? AskRevisionBefore(RefAttributes attributes, string time) =>
        new RevisionQuery.Json(
            $"{Api(attributes)}/commits?sha={Uri.EscapeDataString(attributes.Text("ref") ?? "HEAD")}&until={time}&per_page=1", HostOf(attributes, DefaultHost), "sha", InFirstElement: true, "commit", "committer", "date");

    // The second page of a comparison leaves out the changes, which can be megabytes.
    public override DistanceQuery? AskDistance(RefAttributes attributes, string earlier, string later) =>
        new DistanceQuery.Comparison($"{Api(attributes)}/compare/{earlier}...{later}?per_page=1&page=2");

    // The archive address costs no API call; it takes no token.
    public override TreeLocation? Locate(RefAttributes attributes, bool hasToken)
    {
        var (host, revision) = (HostOf(attributes, DefaultHost), attributes.Text("rev"));
        return host == DefaultHost && !hasToken
            ? new TreeLocation.Archive($"https://{host}/{attributes.Text("owner")}/{attributes.Text("repo")}/archive/{revision}.tar.gz", null)
            : new TreeLocation.Archive($"{Api(attributes)}/tarball/{revision}", host);
    }

    string Api(RefAttributes attributes)
    {
        var host = HostOf(attributes, DefaultHost);
        return $"{(host == DefaultHost ? "https://api.github.com" : $"https://{host}/api/v3")}/repos/{attributes.Text("owner")}/{attributes.Text("repo")}";
    }
}
