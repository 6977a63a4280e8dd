using CsCheck;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Locks;

namespace Hostlock.Tests.Fleets.Changes;

/// <summary>The subjects of commits: what moved, in one line.</summary>
public class CommitSubjectTests
{
    static readonly CommitNote Note = new(_ => "");

    [Fact]
    public void It_says_which_host_moved_from_where_to_where() =>
        Assert.Equal("locks: plex nixpkgs aaaaaaa → bbbbbbb", Subject([Moved("plex", ("nixpkgs", 'a', 'b'))]));

    [Fact]
    public void Hosts_that_moved_alike_are_named_together() => Assert.Equal(
        "locks: plex web nixpkgs aaaaaaa → bbbbbbb",
        Subject([Moved("plex", ("nixpkgs", 'a', 'b')), Moved("web", ("nixpkgs", 'a', 'b'))]));

    [Fact]
    public void Of_hosts_that_come_from_different_revisions_it_says_where_they_went() => Assert.Equal(
        "locks: plex web nixpkgs → ccccccc", Subject([Moved("plex", ("nixpkgs", 'a', 'c')), Moved("web", ("nixpkgs", 'b', 'c'))]));

    [Fact]
    public void A_promotion_names_where_the_lock_is_from() => Assert.Equal(
        "locks: web from plex: nixpkgs aaaaaaa → bbbbbbb",
        Subject([Moved("web", ("nixpkgs", 'a', 'b'))], Note with { PromotedFrom = new LockOwner.Host(Name("plex")) }));

    [Fact]
    public void What_was_taken_back_is_said() => Assert.Equal(
        "locks: undo plex nixpkgs bbbbbbb → aaaaaaa", Subject([Moved("plex", ("nixpkgs", 'b', 'a'))], Note with { Action = "undo" }));

    [Fact]
    public void New_locks_are_added() => Assert.Equal("locks: add plex", Subject([Of("plex", null, Lock(("nixpkgs", 'a')))]));

    [Fact]
    public void What_comes_and_goes_is_marked() => Assert.Equal(
        "locks: plex +a bbbbbbb, -b", Subject([Of("plex", Lock(("b", 'a')), Lock(("a", 'b')))]));

    [Fact]
    public void Many_hosts_and_inputs_are_counted()
    {
        var hosts = Enumerable.Range(1, 12).Select(
            i => Moved($"machine-{i}", ("nixpkgs", 'a', 'b'), ("home-manager", 'a', 'b'), ("hardware", 'a', 'b'))).ToList();

        Assert.StartsWith("locks: 12 hosts ", Subject(hosts), StringComparison.Ordinal);
        Assert.InRange(Subject(hosts).Length, 20, CommitSubject.MostColumns);
    }

    [Theory]
    [InlineData("chore(locks): {hosts}: {moves}", "chore(locks): plex: nixpkgs aaaaaaa → bbbbbbb")]
    [InlineData("{action} {inputs} on {hosts}", "update nixpkgs on plex")]
    [InlineData("locks", "locks")]
    public void A_template_has_the_last_word(string template, string expected) =>
        Assert.Equal(expected, CommitSubject.Of([Moved("plex", ("nixpkgs", 'a', 'b'))], [], Note, template));

    [Fact]
    public void Whatever_the_names_it_is_one_line_that_fits() =>
        Gen.Select(Gen.String[1, 40].Where(name => name.Trim().Length > 0).Array[1, 6], Gen.Int[1, 40], Gen.Bool).Sample(made =>
        {
            var (inputs, hosts, isUndo) = made;
            var before = Lock([.. inputs.Distinct().Select(name => (name, 'a'))]);
            var after = Lock([.. inputs.Distinct().Select(name => (name, 'b'))]);
            var locks = Enumerable.Range(0, hosts).Select(i => Of($"host-{i}", before, after)).ToList();

            var subject = Subject(locks, isUndo ? Note with { Action = "undo" } : Note);

            Assert.StartsWith("locks: ", subject, StringComparison.Ordinal);
            Assert.InRange(subject.Length, 8, CommitSubject.MostColumns);
            Assert.DoesNotContain(subject, char.IsControl);
        });

    static string Subject(IReadOnlyList<PlannedLock> locks, CommitNote? note = null) => CommitSubject.Of(locks, [], note ?? Note);

    static PlannedLock Moved(string host, params (string Input, char Before, char After)[] moves) => Of(
        host,
        Lock([.. moves.Select(move => (move.Input, move.Before))]),
        Lock([.. moves.Select(move => (move.Input, move.After))]));

    static PlannedLock Of(string host, LockFile? before, LockFile after) =>
        PlannedLock.Of(LockPlace.Of("/fleet", $"locks/{host}.lock", [new LockOwner.Host(Name(host))]), before, after);

    static HostName Name(string name) => HostName.Parse(name);

    static LockFile Lock(params (string Input, char Revision)[] inputs) => new(
        new(
            NameMap<LockEdge>.Of(
                [
                    .. inputs.Select(input => KeyValuePair.Create(
                        input.Input,
                        (LockEdge)new LockEdge.Locked(
                            new(Reference(input.Revision), Reference(null), true, null, NameMap<LockEdge>.Empty)))),
                ])));

    static FlakeRef Reference(char? revision)
    {
        var reference = RefAttributes.Of(("type", "github"), ("owner", "acme"), ("repo", "a"));
        return FlakeRef.FromLock(
            revision is { } letter
                ? reference.With("rev", new string(letter, 40)).With("narHash", $"sha256-{new string('A', 43)}=").With("lastModified", 1ul)
                : reference);
    }
}
