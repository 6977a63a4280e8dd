using System.Collections.Immutable;
using System.CommandLine;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Fleets;
using Hostlock.Fleets.Adoption;
using Hostlock.Platform.Programs;
using Hostlock.Reporting;

namespace Hostlock.Cli.Commands;

/// <summary>Adopts a flake: shows the plan, asks, writes.</summary>
sealed class InitCommand(Surroundings surroundings)
{
    readonly Argument<string[]> _hosts = new("host") { Description = "The hosts; those under nixosConfigurations and the like where none is named", HelpName = "HOST", Arity = ArgumentArity.ZeroOrMore };
    readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask" };
    readonly Option<bool> _upgrade = new("--upgrade") { Description = "Only renew hostlock.nix" };
    readonly Option<bool> _dryRun = CommonOptions.DryRun();

    public Command Build()
    {
        var command = new Command("init", "Give each host of this flake a lock of its own") { _hosts, _yes, _upgrade, _dryRun };
        command.SetAction(async (parsed, cancellationToken) => (int)await RunAsync(parsed, cancellationToken));
        return command;
    }

    async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var folder = surroundings.Open(parsed);
        var terminal = surroundings.TerminalFor(parsed);
        var flakeNix = folder.ReadText(FleetFolder.FlakeFile);
        var plan = await PlanAsync(folder, flakeNix, parsed, cancellationToken);
        var repository = GitWorkTreeFiles.Around(surroundings.Processes, folder.Path)?.Root;
        // Each clone needs it: it is in no file of the repository.
        var setsDriver = repository is not null && !parsed.GetValue(_upgrade) && !await MergeDriver.IsSetAsync(surroundings, repository, cancellationToken);
        if (plan.Files.IsEmpty && !setsDriver)
        {
            terminal.Data("nothing to do: this flake is set up\n");
            return ExitCode.Done;
        }
        terminal.Data(plan.Files.IsEmpty ? "this flake is set up; this clone is not yet\n" : InitText.Render(flakeNix, plan, terminal.Ink));
        if (setsDriver)
            terminal.Data($"\n.git/config\n       +   merge.hostlock.driver = {MergeDriver.Line}\n");
        if (parsed.GetValue(_dryRun))
            return ExitCode.Done;
        if (!terminal.MayWrite(parsed.GetValue(_yes)))
            return ExitCode.No;
        using var reserved = folder.Reserve();
        FleetInit.Apply(folder, plan);
        await Visibility.ShowToNixAsync(surroundings, folder, [.. plan.Files.Where(file => file.IsNew).Select(file => folder.Full(file.Path))], cancellationToken);
        if (!plan.Files.IsEmpty)
            terminal.Data($"\ndone: each host is built by its own lock from now on{(plan.Notes.IsEmpty ? ", and nothing has moved yet" : "")}\n");
        if (setsDriver)
        {
            await MergeDriver.SetAsync(surroundings, repository!, cancellationToken);
            terminal.Data("git merges locks by input here; in another clone, 'hostlock init' has it do so\n");
        }
        return ExitCode.Done;
    }

    async Task<InitPlan> PlanAsync(FleetFolder folder, string flakeNix, ParseResult parsed, CancellationToken cancellationToken)
    {
        var names = await HostNames.FindAsync(folder, surroundings.Processes, cancellationToken);
        var all = names.Configurations;
        var hosts = all;
        if (parsed.GetValue(_hosts) is { Length: > 0 } named)
        {
            hosts = named.Select(word => HostName.Parse(word).ToString()).ToImmutableSortedDictionary(
                host => host, names.ConfigurationsOf, Utf8Order.Instance);
            if (names.IsComplete && hosts.Keys.FirstOrDefault(host => !all.ContainsKey(host)) is { } unknown)
                throw FleetException.UnknownHost(unknown, all.Keys);
        }
        else if (folder.HasFleetFile)
        {
            // Once there is a list of hosts, those that stay on the root lock do so until they are named.
            hosts = folder.Fleet.Hosts.Select(host => host.Name.ToString()).Union(all.Keys)
                .Where(host => folder.Fleet.Hosts.All(each => each.Name.ToString() != host || each.Lock != FleetFolder.RootLock))
                .ToImmutableSortedDictionary(host => host, names.ConfigurationsOf, Utf8Order.Instance);
        }
        if (hosts.IsEmpty && !folder.HasFleetFile)
            throw HostNames.Unknown(folder);
        var others = names.IsComplete ? all.RemoveRange(hosts.Keys) : all.Clear();
        var plan = FleetInit.Plan(folder, hosts, others, names.Outputs);
        return parsed.GetValue(_upgrade) ? plan with { Files = [.. plan.Files.Where(file => file.Path == FleetFolder.Library)] } : plan;
    }
}

/// <summary>The setting of git that has locks merged by input. It is in no file of the repository: each clone needs it.</summary>
static class MergeDriver
{
    public const string Line = "hostlock merge-driver %O %A %B";

    const string Setting = "merge.hostlock.driver";

    public static async Task<bool> IsSetAsync(Surroundings surroundings, string root, CancellationToken cancellationToken) =>
        (await surroundings.Processes.RunAsync(GitProgram.InWorkTree(root, "config", "--get", Setting), cancellationToken)).Succeeded;

    public static Task UnsetAsync(Surroundings surroundings, string root, CancellationToken cancellationToken) =>
        surroundings.Processes.RunAsync(GitProgram.InWorkTree(root, "config", "--remove-section", "merge.hostlock"), cancellationToken);

    public static async Task SetAsync(Surroundings surroundings, string root, CancellationToken cancellationToken)
    {
        foreach (var (name, value) in ((string, string)[])[("merge.hostlock.name", "locks, input by input"), (Setting, Line)])
            await surroundings.Processes.RunAsync(GitProgram.InWorkTree(root, "config", name, value), cancellationToken);
    }
}
