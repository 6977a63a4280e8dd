namespace Hostlock.Flakes.Schemes;

/// <summary><c>github:owner/repo</c>.</summary>
sealed class GitHubScheme : ForgeScheme
{
    public override string Name => "github";

    public override string DefaultHost => "github.com";

    public override (string Name, string Value) TokenHeader(string token) => ("Authorization", $"token {token}");

    public override RevisionQuery? AskRevisionBefore(RefAttributes attributes, string time) =>
        new RevisionQuery.Json(
            $"{Api(attributes)}/commits?sha={Uri.EscapeDataString(RefOf(attributes))}&until={time}&per_page=1",
            "sha", InFirstElement: true, "commit", "committer", "date");

    // The second page of a comparison leaves out the changes, which can be megabytes.
    public override DistanceQuery? AskDistance(RefAttributes attributes, Revision earlier, Revision later) =>
        new DistanceQuery.Comparison($"{Api(attributes)}/compare/{earlier}...{later}?per_page=1&page=2");

    public override CommitsQuery? AskCommits(RefAttributes attributes, Revision earlier, Revision later) => new(
        $"{Api(attributes)}/compare/{earlier}...{later}?per_page=20", "sha", ["commit", "message"], "total_commits");

    protected override RevisionQuery AskRevision(RefAttributes attributes) =>
        new RevisionQuery.Json(
            $"{Api(attributes)}/commits/{RefOf(attributes)}", "sha", InFirstElement: false, "commit", "committer", "date");

    // The archive address costs no API call; it takes no token.
    protected override TreeLocation.Snapshot Archive(RefAttributes attributes, string revision, bool hasToken)
    {
        var host = HostOf(attributes);
        return host == DefaultHost && !hasToken
            ? new($"https://{host}/{attributes.Text("owner")}/{attributes.Text("repo")}/archive/{revision}.tar.gz", TakesToken: false)
            : new($"{Api(attributes)}/tarball/{revision}", TakesToken: true);
    }

    string Api(RefAttributes attributes)
    {
        var host = HostOf(attributes);
        var api = host == DefaultHost ? "https://api.github.com" : $"https://{host}/api/v3";
        return $"{api}/repos/{attributes.Text("owner")}/{attributes.Text("repo")}";
    }
}
