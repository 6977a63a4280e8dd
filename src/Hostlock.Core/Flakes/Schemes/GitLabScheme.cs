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

    public override RevisionQuery? AskRevision(RefAttributes attributes) =>
        attributes.Has("rev") ? null
        : new RevisionQuery.Json($"{Api(attributes)}/commits?ref_name={attributes.Text("ref") ?? "HEAD"}", HostOf(attributes, DefaultHost), "id", InFirstElement: true, "committed_date");

    public override RevisionQuery? AskRevisionBefore(RefAttributes attributes, string time) =>
        new RevisionQuery.Json(
            $"{Api(attributes)}/commits?ref_name={Uri.EscapeDataString(attributes.Text("ref") ?? "HEAD")}&until={time}&per_page=1", HostOf(attributes, DefaultHost), "id", InFirstElement: true, "committed_date");

    public override DistanceQuery? AskDistance(RefAttributes attributes, string earlier, string later) =>
        new DistanceQuery.MergeBase($"{Api(attributes)}/merge_base?refs%5B%5D={earlier}&refs%5B%5D={later}");

    public override TreeLocation? Locate(RefAttributes attributes, bool hasToken) =>
        new TreeLocation.Archive($"{Api(attributes)}/archive.tar.gz?sha={attributes.Text("rev")}", HostOf(attributes, DefaultHost));

    string Api(RefAttributes attributes) =>
        $"https://{HostOf(attributes, DefaultHost)}/api/v4/projects/{attributes.Text("owner")}%2F{attributes.Text("repo")}/repository";
}
