namespace Hostlock.Flakes.Schemes;

/// <summary><c>gitlab:owner/repo</c>; a subgroup is written <c>group%252Fsub</c>.</summary>
sealed class GitLabScheme : ForgeScheme
{
    public override string Name => "gitlab";

    public override string DefaultHost => "gitlab.com";

    public override (string Name, string Value) TokenHeader(string token) => token.Split(':', 2) switch
    {
        ["OAuth2", var value] => ("Authorization", $"Bearer {value}"),
        ["PAT", var value] => ("Private-token", value),
        [var kind, var value] => (kind, value),
        _ => ("Private-token", token),
    };

    // Nix warns as well, and names the type: for a token without one, that is the token itself.
    public override string? OddityOf(string token) => token.Split(':', 2) switch
    {
        ["OAuth2" or "PAT", _] => null,
        [_, _] => "it has a type that GitLab does not know, and GitLab knows PAT: and OAuth2:",
        _ => "it has no type (PAT: or OAuth2:), and is sent as PAT:",
    };

    public override RevisionQuery? AskRevisionBefore(RefAttributes attributes, string time) =>
        new RevisionQuery.Json(
            $"{Api(attributes)}/commits?ref_name={Uri.EscapeDataString(RefOf(attributes))}&until={time}&per_page=1",
            "id", InFirstElement: true, "committed_date");

    public override DistanceQuery? AskDistance(RefAttributes attributes, Revision earlier, Revision later) =>
        new DistanceQuery.MergeBase($"{Api(attributes)}/merge_base?refs%5B%5D={earlier}&refs%5B%5D={later}");

    public override CommitsQuery? AskCommits(RefAttributes attributes, Revision earlier, Revision later) => new(
        $"{Api(attributes)}/compare?from={earlier}&to={later}", "id", ["title"], TotalField: null);

    public override string? CompareLink(RefAttributes attributes, Revision earlier, Revision later) =>
        $"{GitAddress(attributes)}/-/compare/{earlier}...{later}";

    public override string? CommitLink(RefAttributes attributes, Revision revision) => $"{GitAddress(attributes)}/-/commit/{revision}";

    protected override RevisionQuery AskRevision(RefAttributes attributes) =>
        new RevisionQuery.Json($"{Api(attributes)}/commits?ref_name={RefOf(attributes)}", "id", InFirstElement: true, "committed_date");

    protected override TreeLocation.Snapshot Archive(RefAttributes attributes, string revision, bool hasToken) =>
        new($"{Api(attributes)}/archive.tar.gz?sha={revision}", TakesToken: true);

    string Api(RefAttributes attributes) =>
        $"https://{HostOf(attributes)}/api/v4/projects/{attributes.Text("owner")}%2F{attributes.Text("repo")}/repository";
}
