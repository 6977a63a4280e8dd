using System.Net;
using Hostlock.Fetching;
using Hostlock.Fetching.Forges;
using Hostlock.Fetching.Http;
using Hostlock.Flakes;
using Hostlock.Locks;

namespace Hostlock.Tests.Fetching.Forges;

/// <summary>The answers of forges, good and bad, over a pretend wire.</summary>
public sealed class ForgeRevisionsTests : IDisposable
{
    const string Earlier = "1111111111111111111111111111111111111111";
    const string Later = "2222222222222222222222222222222222222222";

    static readonly CancellationToken Stop = TestContext.Current.CancellationToken;
    static readonly RevisionQuery.Json One = new("https://h.test/commit", "sha", InFirstElement: false, "commit", "date");
    static readonly RevisionQuery.Json First = new("https://h.test/commits", "id", InFirstElement: true, "date");

    readonly Dictionary<string, string> _answers = [];
    readonly List<string> _asked = [];
    readonly HttpDownloads _downloads;

    public ForgeRevisionsTests() => _downloads = new(() => new Wire(this), Settings(null), TimeProvider.System);

    public void Dispose() => _downloads.Dispose();

    sealed class Wire(ForgeRevisionsTests test) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            test._asked.Add(request.RequestUri!.ToString());
            return Task.FromResult(test._answers.TryGetValue(request.RequestUri.ToString(), out var answer)
                ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(answer) }
                : new(HttpStatusCode.NotFound));
        }
    }

    [Fact]
    public async Task A_revision_comes_with_its_time()
    {
        _answers[One.Url] = $$"""{ "sha": "{{Later.Replace('2', 'A')}}", "commit": { "date": "2026-03-01T12:00:00Z" } }""";

        Assert.Equal(new NewestRevision(Revision.Parse(Later.Replace('2', 'a')), new(1772366400)), await AskAsync(One));
    }

    [Theory]
    [InlineData("""[ { "id": "2222222222222222222222222222222222222222" } ]""")]
    [InlineData("""[ { "id": "2222222222222222222222222222222222222222", "date": 7 } ]""")]
    [InlineData("""[ { "id": "2222222222222222222222222222222222222222", "date": "yesterday" } ]""")]
    [InlineData("""[ { "id": "2222222222222222222222222222222222222222", "date": "1960-01-01T00:00:00Z" } ]""")]
    public async Task A_time_that_says_nothing_is_no_time(string answer)
    {
        _answers[First.Url] = answer;

        Assert.Equal(new NewestRevision(Revision.Parse(Later), null), await AskAsync(First));
    }

    [Theory]
    [InlineData("[]", "lists no commit")]
    [InlineData("{}", "lists no commit")]
    [InlineData("""[ { "id": "main" } ]""", "'main' is no revision")]
    [InlineData("""[ { "id": null } ]""", "'' is no revision")]
    [InlineData("""[ { "sha": "2222222222222222222222222222222222222222" } ]""", "has no 'id'")]
    [InlineData("""[ { "id": 3 } ]""", "has no 'id'")]
    [InlineData("[ 3 ]", "has no 'id'")]
    [InlineData("sign in first", "has no 'id'")]
    public async Task An_answer_without_a_revision_is_an_error_of_the_world(string answer, string message)
    {
        _answers[First.Url] = answer;

        var error = await Assert.ThrowsAsync<FetchException>(() => AskAsync(First));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.True(error.IsOutside);
    }

    [Theory]
    [InlineData("HEAD", Earlier)]
    [InlineData("next", Later)]
    [InlineData("v1", Later)]
    [InlineData("ma.*", Earlier)]
    public async Task A_ref_is_found_in_the_list_of_refs(string name, string revision)
    {
        Refs();

        Assert.Equal(revision, (await AskAsync(new RevisionQuery.RefList("https://h.test/tool", name))).Id.ToString());
    }

    [Theory]
    [InlineData("nex")]
    [InlineData("(")]
    [InlineData("([a-z]+)*!")]
    public async Task A_name_that_no_ref_has_is_said_so(string name)
    {
        Refs();

        var error = await Assert.ThrowsAsync<FetchException>(() => AskAsync(new RevisionQuery.RefList("https://h.test/tool", name)));

        Assert.Contains($"has no branch or tag '{name}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_detached_head_is_an_error_of_the_world()
    {
        _answers["https://h.test/tool/HEAD"] = Earlier;

        var error = await Assert.ThrowsAsync<FetchException>(() => AskAsync(new RevisionQuery.RefList("https://h.test/tool", "HEAD")));

        Assert.Contains("its HEAD names no ref", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ahead", 3, true)]
    [InlineData("identical", 0, true)]
    [InlineData("behind", 0, false)]
    [InlineData("diverged", 2, false)]
    public async Task A_comparison_tells_how_far_it_is(string status, int ahead, bool isDescendant)
    {
        _answers[$"https://api.github.com/repos/acme/tool/compare/{Earlier}...{Later}?per_page=1&page=2"] =
            $$"""{ "status": "{{status}}", "ahead_by": {{ahead}} }""";

        Assert.Equal(new RevisionDistance(isDescendant, (ulong)ahead), await DistanceAsync("github:acme/tool", "github.com=secret"));
    }

    [Theory]
    [InlineData(Earlier, true)]
    [InlineData(Later, false)]
    public async Task A_common_ancestor_tells_whether_one_descends(string ancestor, bool isDescendant)
    {
        _answers[$"https://gitlab.com/api/v4/projects/acme%2Ftool/repository/merge_base?refs%5B%5D={Earlier}&refs%5B%5D={Later}"] =
            $$"""{ "id": "{{ancestor}}" }""";

        Assert.Equal(new RevisionDistance(isDescendant, null), await DistanceAsync("gitlab:acme/tool", "gitlab.com=PAT:secret"));
    }

    [Theory]
    [InlineData("github:acme/tool", null)]
    [InlineData("github:acme/tool", "github.com/other=secret")]
    [InlineData("sourcehut:~acme/tool", "git.sr.ht=secret")]
    public async Task Without_a_token_or_a_way_to_ask_nothing_is_asked(string reference, string? token)
    {
        Assert.Null(await DistanceAsync(reference, token));
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task A_comparison_that_tells_nothing_is_an_error_of_the_world()
    {
        _answers[$"https://api.github.com/repos/acme/tool/compare/{Earlier}...{Later}?per_page=1&page=2"] = """{ "status": "ahead" }""";

        var error = await Assert.ThrowsAsync<FetchException>(() => DistanceAsync("github:acme/tool", "github.com=secret"));

        Assert.True(error.IsOutside);
    }

    [Fact]
    public async Task The_newest_commit_of_an_age_is_asked_of_those_that_can_say()
    {
        _answers["https://api.github.com/repos/acme/tool/commits?sha=next&until=2026-03-01T12:00:00Z&per_page=1"] =
            $$"""[ { "sha": "{{Later}}" } ]""";
        var time = new DateTimeOffset(2026, 3, 1, 14, 0, 0, TimeSpan.FromHours(2));

        Assert.Equal(Later, (await Revisions().AskBeforeAsync(Reference("github:acme/tool/next"), time, Stop))!.Id.ToString());
        Assert.Null(await Revisions().AskBeforeAsync(Reference("sourcehut:~acme/tool"), time, Stop));
    }

    void Refs()
    {
        _answers["https://h.test/tool/HEAD"] = "ref: refs/heads/main\n";
        _answers["https://h.test/tool/info/refs"] =
            $"{Earlier}\trefs/heads/main\n{Later}\trefs/heads/next\n{Later}\trefs/tags/v1\n{Later}\trefs/heads/{new string('a', 60)}\nno "
                + $"line of it\n";
    }

    static FlakeRef Reference(string text) => FlakeRef.ParseInput(text, wantsTree: true, null, null);

    static NixSettings Settings(string? token) => NixSettings.Read(new Dictionary<string, string>
    {
        ["HOME"] = "/nonexistent",
        ["NIX_CONF_DIR"] = "/nonexistent",
        ["NIX_CONFIG"] = token is null ? "" : $"access-tokens = {token}",
    });

    ForgeRevisions Revisions(string? token = null) => new(_downloads, Settings(token));

    Task<NewestRevision> AskAsync(RevisionQuery question) => Revisions().AskAsync(Reference("github:acme/tool"), question, Stop);

    Task<RevisionDistance?> DistanceAsync(string reference, string? token) =>
        Revisions(token).DistanceAsync(Reference(reference), Revision.Parse(Earlier), Revision.Parse(Later), Stop);
}
