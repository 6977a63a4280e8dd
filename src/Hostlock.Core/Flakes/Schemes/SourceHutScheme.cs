namespace Hostlock.Flakes.Schemes;

/// <summary><c>sourcehut:~owner/repo</c>.</summary>
sealed class SourceHutScheme : ForgeScheme
{
    public override string Name => "sourcehut";

    public override string DefaultHost => "git.sr.ht";

    public override (string Name, string Value) TokenHeader(string token) => ("Authorization", $"Bearer {token}");

    public override RevisionQuery? AskRevision(RefAttributes attributes) =>
        attributes.Has("rev") ? null : new RevisionQuery.RefList(Base(attributes), HostOf(attributes, DefaultHost), attributes.Text("ref") ?? "HEAD");

    public override TreeLocation? Locate(RefAttributes attributes, bool hasToken) =>
        new TreeLocation.Archive($"{Base(attributes)}/archive/{attributes.Text("rev")}.tar.gz", HostOf(attributes, DefaultHost));

    string Base(RefAttributes attributes) =>
        $"https://{HostOf(attributes, DefaultHost)}/{attributes.Text("owner")}/{attributes.Text("repo")}";
}
