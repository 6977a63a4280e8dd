using Hostlock.Fleets;
using Hostlock.Fleets.Settings;

namespace Hostlock.Rollouts;

/// <summary>The errors of switching machines.</summary>
public sealed class RolloutException : HostlockException
{
    RolloutException(Sentence message)
        : base(message.ToString())
    {
    }

    /// <summary>True if the answer is no, although nothing is wrong; this gives exit code 1.</summary>
    public bool IsRefusal { get; private init; }

    /// <summary>True if another run is at work; this gives exit code 6.</summary>
    public bool IsBusy { get; private init; }

    // Journals.
    const string BeginAnew = "no machine was touched; move the file away to begin anew: the machines are asked what they run";

    internal static RolloutException NotWritten(string path, int line) =>
        new($"line {line} of '{path}' is not what hostlock wrote") { Hint = BeginAnew };

    internal static RolloutException JournalNotRead(HostlockException why) =>
        new($"a journal cannot be read: {why.Message}") { Hint = BeginAnew };

    internal static RolloutException NotRead(string path, int line) =>
        new($"line {line} of '{path}' is of another version of hostlock")
        {
            Hint = "finish with that version, or move the file away: the machines are asked what they run",
        };

    internal static RolloutException Busy(string flake) =>
        new($"another hostlock is switching machines of '{flake}'") { IsBusy = true, Hint = "wait for it to finish, then try again" };

    internal static RolloutException BusyHere() =>
        new("another hostlock is switching this machine") { IsBusy = true, Hint = "wait for it to finish, then try again" };

    /// <summary>Hosts are named beside an option about a rollout that has its hosts.</summary>
    public static RolloutException HasItsHosts(string option) => new($"{option} is about a rollout that has its hosts already");

    /// <summary>A switch was to be resumed, and there is none.</summary>
    public static RolloutException NothingToResume() =>
        new("no switch was broken off or waits") { IsRefusal = true, Hint = "hostlock switch HOST" };

    /// <summary>Hosts are named in a line that resumes a switch.</summary>
    public static RolloutException ResumesAll() =>
        new("a switch that is resumed has its hosts already") { Hint = "hostlock switch --resume" };

    // Requests.
    /// <summary>A host that is no NixOS is to be switched.</summary>
    public static RolloutException NotNixos(HostName host, string configuration) =>
        new($"{host} is '{configuration}', and only systems of nixosConfigurations can be switched to")
        {
            Hint = "switch it with its own program, darwin-rebuild or home-manager",
        };

    /// <summary>Machines would be changed, and nobody can be asked.</summary>
    public static RolloutException NotConfirmed() =>
        new("machines would be changed, and nobody can be asked") { Hint = "pass --yes to switch them, or --dry-run to look" };

    /// <summary>The user of a machine cannot become root.</summary>
    /// <param name="host">The host.</param>
    /// <param name="target">The words for its machine.</param>
    /// <param name="asRoot">The address of the machine with root for its user; null for this machine.</param>
    public static RolloutException NotRoot(HostName host, string target, string? asRoot) =>
        new($"the user of {host} ({target}) cannot become root without a password")
        {
            IsOutside = true,
            Hint = asRoot is null
                ? "run 'sudo -v' first, or switch from a terminal"
                : $"give {FleetFile.HeaderOf("hosts", host.ToString())} a target = \"{asRoot}\", or let sudo ask for no password there",
        };

    /// <summary>A machine would get older inputs than it runs.</summary>
    public static RolloutException GoesBack(HostName host, string what) =>
        new($"{host}: {what}") { IsRefusal = true, Hint = "pass --allow-downgrade if that is what you want" };

    /// <summary>A ring would be approved without a signature, and only signatures count.</summary>
    /// <param name="ring">The name of the ring.</param>
    /// <param name="rollout">The id of the rollout.</param>
    public static RolloutException NotSigned(string ring, string rollout) =>
        new($"ring '{ring}' needs an approval that is signed by somebody who may sign, and none is found")
        {
            IsRefusal = true,
            Hint = "git -c gpg.format=ssh tag --sign --message "
                + ShellWord.Quote($"{RingApproval.Trailer}: {ring} {rollout}") + $" hostlock/approve-{rollout}",
        };

    internal static RolloutException NoSigners(string path) =>
        new($"'{path}', which lists who may sign approvals, does not exist or is too large")
        {
            Hint = "put the line of a person there, such as: ada@example.org ssh-ed25519 AAAA…",
        };

    internal static RolloutException JournalsNotListed(string said) => new($"git cannot list the journals that it has: {said:lines}");

    internal static RolloutException ApprovalsNotRead(string said) =>
        new($"git cannot list the commits and tags that may approve: {said:lines}");

    /// <summary>Several options exclude each other.</summary>
    public static RolloutException Excludes(string one, string other) => new($"{one} and {other} exclude each other");

    internal static RolloutException NotPushed(HostName host, string why, string mend) =>
        new($"{host} deploys pushed commits by itself, and {why}") { IsRefusal = true, Hint = mend };

    /// <summary>Says that a host is left alone whose engine hostlock.toml does not describe any more.</summary>
    internal static RolloutException NoEngine(string name) =>
        new($"hostlock.toml has no engine '{name}' any more") { Hint = $"describe it: [engines.{name}]" };

    internal static RolloutException NeedsPush(HostName host) =>
        new($"{host} deploys pushed commits by itself, and rings are not pushed")
        {
            Hint = "open = \"push\" in [rollout] of hostlock.toml, or another engine for the host",
        };

    // Rings and their locks.
    /// <summary>No host is named, and no host is in a ring.</summary>
    public static RolloutException NoRings() =>
        new("no host is named, and none is in a ring")
        {
            Hint = "name the host that tries the lock, and those that come after it: 'hostlock rollout HOST HOST'; or give hosts a ring",
        };

    internal static RolloutException InNoRing(HostName host) =>
        new($"{host} is in no ring, and others that are named are in several")
        {
            Hint = "leave it out, or give it a ring in hostlock.toml",
        };

    internal static RolloutException TwoFirstRings(string one, string other) =>
        new($"the rings '{one}' and '{other}' come after no other, and one has to come first")
        {
            Hint = $"add after = \"{one}\" to {FleetFile.HeaderOf("rings", other)} in hostlock.toml",
        };

    internal static RolloutException OutOfOrder(HostName host, HostName other) =>
        new($"{host} comes after {other} by hostlock.toml, and would begin before it")
        {
            Hint = $"name {other} first, or put it into an earlier ring, or take it out of 'after' of "
                + FleetFile.HeaderOf("hosts", host.ToString()),
        };

    internal static RolloutException NoRepository(string folder) =>
        new($"'{folder}' is in no git repository, and a rollout commits locks ring by ring")
        {
            Hint = "'git init' makes one; 'hostlock switch HOST' needs none",
        };

    /// <summary>HEAD has no commit.</summary>
    public static RolloutException NoCommit() => new("the repository has no commit yet") { Hint = "commit the flake first" };

    internal static RolloutException Filtered(LockPlace place) =>
        new($"git reads '{place.RelativePath}' through a filter, and a rollout is built from a commit, where Nix cannot read it")
        {
            Hint = "without a rollout: 'hostlock promote', then 'hostlock switch' for one host after the other",
        };

    internal static RolloutException NoCandidate(string said) =>
        new($"git makes no commit of the locks: {said:lines}") { IsOutside = true };

    internal static RolloutException CandidateIsGone() =>
        new("git no longer has the locks that the rollout brings") { Hint = "begin anew: 'hostlock rollout'" };

    internal static RolloutException NotCommitted(LockPlace place) =>
        new($"{place.RelativePath} has changes that are in no commit, and the rollout would write over them")
        {
            Hint = "commit the file first, or put it back",
        };

    internal static RolloutException LockMoved(string path) =>
        new($"{path} is no longer what it was when the rollout was planned: somebody else moved it")
        {
            IsBusy = true,
            Hint = "no further host was touched; 'hostlock rollout' plans anew with it",
        };

    internal static RolloutException FilesMoved(string path) =>
        new($"{path} was changed upstream since the rollout was planned, and no system was built with the change")
        {
            IsBusy = true,
            Hint = "no further host was touched; 'git pull' and 'hostlock rollout' plan anew with it",
        };

    internal static RolloutException OtherBranch(string commit) =>
        new($"the current branch does not have {commit}, the commit that the rollout was made from")
        {
            IsRefusal = true,
            Hint = "no further host was touched; switch back to its branch, or 'hostlock rollout' plans anew from this one",
        };

    internal static RolloutException NoUpstream() =>
        new("the current branch has no upstream, and rings are to be pushed")
        {
            Hint = "'git push --set-upstream REMOTE BRANCH', or open = \"commit\" in [rollout] of hostlock.toml",
        };

    internal static RolloutException NotFetched(string remote, string said) =>
        new($"git cannot reach '{remote}': {said:lines}") { IsOutside = true };

    internal static RolloutException PushFailed(string remote, string said) =>
        new($"git cannot push to '{remote}': {said:lines}") { IsOutside = true, Hint = "then go on: 'hostlock rollout --resume'" };

    internal static RolloutException JournalMoved(string rollout, string said) =>
        new($"another run goes on with the rollout {rollout}: {said:lines}")
        {
            IsBusy = true,
            Hint = "wait for it to finish, then try again",
        };

    internal static RolloutException JournalNotPushed(string rollout, TimeSpan patience) =>
        new($"the journal of the rollout {rollout} is not pushed: the upstream repository did not take it within {patience.TotalSeconds} s")
        {
            IsOutside = true,
            Hint = "the next run here pushes it",
        };

    internal static RolloutException JournalsDiffer(string path) =>
        new($"'{path}' and the journal that was fetched tell of different runs")
        {
            IsBusy = true,
            Hint = "move the file away to go on with the other: the machines are asked what they run",
        };

    internal static RolloutException NotRebased(string said) =>
        new($"the commits of the rollout do not go on top of what was pushed: {said:lines}")
        {
            IsBusy = true,
            Hint = "bring the branch up to date, then go on: 'hostlock rollout --resume'",
        };

    /// <summary>A rollout is named by an option, and none exists.</summary>
    public static RolloutException NoRollout() => new("there is no rollout") { IsRefusal = true, Hint = "hostlock rollout HOST HOST" };

    /// <summary>A rollout that is over was to be changed.</summary>
    public static RolloutException IsOver(string rollout) => new($"the rollout {rollout} is over") { IsRefusal = true };

    /// <summary>A rollout is to be halted that is halted.</summary>
    /// <param name="rollout">The id of the rollout.</param>
    /// <param name="why">The reason for which it is halted.</param>
    public static RolloutException IsHalted(string rollout, string why) =>
        new($"the rollout {rollout} is halted already: {why}")
        {
            IsRefusal = true,
            Hint = "'hostlock rollout --abort --return' has its hosts go back, 'hostlock rollout --resume' goes on",
        };

    /// <summary>A ring is named that the rollout does not have.</summary>
    public static RolloutException NoSuchRing(string ring, IEnumerable<string> rings) =>
        new($"the rollout has no ring '{ring}'")
        {
            Hint = Closest.To(ring, rings) ?? $"its rings: {string.Join(", ", rings)}",
        };

    /// <summary>A host is named that the rollout does not have.</summary>
    public static RolloutException NotInRollout(HostName host, string rollout) => new($"{host} is not in the rollout {rollout}");

    /// <summary>An option is given without another that it belongs to.</summary>
    public static RolloutException Needs(string one, string other) => new($"{one} needs {other}");

    // Building.
    internal static RolloutException BuildFailed(HostName host, string said) =>
        new($"{host} cannot be built: {said:lines}") { IsOutside = true, Hint = "no machine was touched" };

    internal static RolloutException NotAllBuilt(IEnumerable<HostName> hosts, string said) =>
        new($"not all of {string.Join(", ", hosts)} can be built: {said:lines}")
        {
            IsOutside = true,
            Hint = "no machine was touched",
        };

    internal static RolloutException AfterBuildFailed(string program, string said) =>
        new($"'{program}' of after-build failed: {said}") { IsOutside = true, Hint = "no machine was touched" };

    internal static RolloutException NotBuilt(HostName host, string said) =>
        new($"nix built something for {host} that is no system: '{said}'") { IsOutside = true };

    internal static RolloutException BuiltAnother(HostName host, string built, string wanted) =>
        new($"nix now makes '{built}' of {host}, and the rollout brings '{wanted}'") { Hint = "begin anew: 'hostlock rollout'" };

    // Going back.
    /// <summary>A machine has no system to go back to.</summary>
    public static RolloutException NothingBefore(HostName host) =>
        new($"{host} keeps no system with another lock than the one that it runs")
        {
            IsRefusal = true,
            Hint = $"hostlock probe {host} lists its generations; name one with --to generation:N",
        };

    /// <summary>A machine does not keep the system of a version.</summary>
    public static RolloutException NotKept(HostName host, string version) =>
        new($"no generation of {host} has the lock of '{version}'")
        {
            IsRefusal = true,
            Hint = $"put the lock back and build it: hostlock restore {host} --to {ShellWord.Quote(version)} && hostlock switch {host}",
        };
}
