using Hostlock.Fleets;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Journals;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Rollouts.FakeHostFacts;
using static Hostlock.Tests.Support.SmallLocks;

namespace Hostlock.Tests.Rollouts.Rings;

/// <summary>A fleet in a repository, with the upstream repository that its branch follows, and further clones of that.</summary>
sealed class SharedFleet : IDisposable
{
    readonly TempFolder _folder = new();

    /// <summary>Makes both, with the locks of 'plex' and 'web' at revision 1.</summary>
    /// <param name="settings">The lines of <c>[rollout]</c> in hostlock.toml.</param>
    public SharedFleet(string settings)
    {
        Write("here", "flake.nix", "{ outputs = _: { }; }");
        Write("here", "hostlock.toml", $"version = 1\n[hosts.plex]\n[hosts.web]\n[rollout]\n{settings}");
        WriteLock("here", "plex", 1);
        WriteLock("here", "web", 1);
        TestGit.Commit(Here, 1);
        TestGit.In(_folder.Path, "clone", "-q", "--bare", "here", "other.git");
        // The settings that git clone writes, without starting git.
        File.AppendAllText(
            _folder["here/.git/config"],
            $"[remote \"origin\"]\n\turl = {Other}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n"
                + "[branch \"main\"]\n\tremote = origin\n\tmerge = refs/heads/main\n"
                + "[user]\n\tname = somebody\n\temail = somebody@example.org\n");
        Write("here", ".git/refs/remotes/origin/main", File.ReadAllText(_folder["here/.git/refs/heads/main"]));
        Write("here", ".git/refs/remotes/origin/HEAD", "ref: refs/remotes/origin/main\n");
    }

    /// <summary>The clone that the tests work in.</summary>
    public string Here => _folder["here"];

    /// <summary>The upstream repository.</summary>
    public string Other => _folder["other.git"];

    /// <summary>A folder for what is left over.</summary>
    public string Scratch => _folder["scratch"];

    public void Dispose() => _folder.Dispose();

    /// <summary>The fleet of a clone.</summary>
    public FleetFolder Open(string clone = "here") => FleetFolder.Open(_folder[clone]);

    /// <summary>The journals of a clone.</summary>
    public RolloutJournals Journals(string clone = "here")
    {
        var journals = RolloutJournals.Of(Open(clone), () => _folder["cache"]);
        Directory.CreateDirectory(journals.Path);
        return journals;
    }

    /// <summary>Makes another clone of the upstream repository.</summary>
    public void Clone(string name) => TestGit.In(_folder.Path, "clone", "-q", Other, name);

    /// <summary>Writes the lock of a host.</summary>
    public void WriteLock(string clone, string host, int digit) =>
        Write(clone, $"locks/{host}.lock", System.Text.Encoding.UTF8.GetString(Text(digit).Span));

    /// <summary>The digit of the revision that a lock has in a commit, or in the files.</summary>
    public int Digit(string host, string? commit = null, string? repository = null)
    {
        var path = $"locks/{host}.lock";
        var text = commit is null ? File.ReadAllText(Path.Combine(Here, path)) : TestGit.In(repository ?? Here, "show", $"{commit}:{path}");
        return ((LockEdge.Locked)LockFileReader.Read(path, System.Text.Encoding.UTF8.GetBytes(text)).Root.Inputs.Single().Value)
            .Node.Locked.Revision![0] - '0';
    }

    public Revision Id(string name, string? repository = null) => Revision.Parse(TestGit.Id(repository ?? Here, name));

    /// <summary>A lock at the revision of a digit.</summary>
    public static ReadOnlyMemory<byte> Text(int digit) => LockFileWriter.Write(Of(("a", Locked("github:acme/a", digit, digit))));

    /// <summary>Begins the journal of a rollout in a clone, and returns its id.</summary>
    public string Begin(string clone, string id, RolloutSource source, params IReadOnlyList<RolloutEvent> more)
    {
        using var journal = Journal.Open(Journals(clone).PathOf(id));
        journal.Append(new RolloutEvent.Opened(Plan(id, source), Start));
        foreach (var happened in more)
            journal.Append(happened);
        return id;
    }

    /// <summary>A plan of two rings of one host each.</summary>
    public static RolloutPlan Plan(string id, RolloutSource source) =>
        new(id, RolloutAction.Rollout, [Ring("canary", "plex"), Ring("rest", "web")]) { Source = source };

    public static RingPlan Ring(string name, string host) =>
        new(name, RingRule.Default, [FakeHostFacts.Plan() with { Host = HostName.Parse(host) }]);

    void Write(string clone, string path, string text) => _folder.Write($"{clone}/{path}", text);
}
