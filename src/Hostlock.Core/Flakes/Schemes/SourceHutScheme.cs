namespace Hostlock.Flakes.Schemes;

/// <summary><c>sourcehut:~owner/repo</c>. Its API answers only with a token, so git's own protocol is asked.</summary>
sealed class SourceHutScheme : ForgeScheme
{
    public override string Name => "sourcehut";

    public override string DefaultHost => "git.sr.ht";

    // SourceHut has no page that compares revisions.
    public override string? CompareLink(RefAttributes attributes, Revision earlier, Revision later) =>
        $"{GitAddress(attributes)}/log/{later}";

    protected override RevisionQuery AskRevision(RefAttributes attributes) =>
        new RevisionQuery.RefList(Base(attributes), RefOf(attributes));

    protected override TreeLocation.Snapshot Archive(RefAttributes attributes, string revision, bool hasToken) =>
        new($"{Base(attributes)}/archive/{revision}.tar.gz", TakesToken: true);

    string Base(RefAttributes attributes) => $"https://{HostOf(attributes)}/{attributes.Text("owner")}/{attributes.Text("repo")}";
}
