using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Fleets.Adoption;
using Hostlock.Reporting;

namespace Hostlock.Cli.Commands;

/// <summary>Adopts a flake: shows the plan, asks, writes.</summary>
sealed class InitCommand : FleetCommand
{
    const string Name = "init";

    readonly Argument<string[]> _hosts = new("host")
    {
        Description = "Hosts [default: those under nixosConfigurations and the like]",
        HelpName = "HOST",
        Arity = ArgumentArity.ZeroOrMore,
    };
    readonly Option<bool> _upgrade = new("--upgrade") { Description = "Only renew hostlock.nix" };
    readonly Option<string?> _like = NewLike();
    readonly FleetChanging _changing = new();

    public override CommandNature Nature => new(NetworkUse.None) { Asks = true, Writes = true, MaySayNo = true };

    protected override Command Describe()
    {
        var command = new Command(Name, """
            Give each host of this flake a lock of its own

            Each host gets a lock with the pins that it is built with now, and flake.nix
            calls hostlock.nix in one place, so no derivation changes. The plan is shown
            first, and nothing is written without a yes.

              hostlock init
              hostlock init orc --like plex
            """)
        { _hosts, _upgrade, _like };
        foreach (var option in _changing.Options)
            command.Add(option);
        return command;
    }

    public override FlakeReach Reach(CommandRun run) => run.Words(_hosts).Length == 0 ? FlakeReach.Each : FlakeReach.One;

    public override void Conclude(CommandRun run, RepositoryFlakes flakes) => run.TellUnadopted(flakes);

    public override async Task<ExitCode> RunAsync(CommandRun run)
    {
        string[] words =
        [
            Name,
            .. run.Words(_hosts),
            .. run.Value(_upgrade) ? new[] { _upgrade.Name } : [],
            .. run.Value(_like) is { } like ? new[] { _like.Name, like } : [],
        ];
        // Each clone needs the setting, because it is in no file of the repository.
        var driver = !run.Value(_upgrade) && MergeDriver.Around(run.Folder, run.Processes) is { } setting
            ? await setting.PlanInstallAsync(run.CancellationToken)
            : null;
        return await _changing.RunAsync(
            run, words, driver, () => PlanAsync(run, words, driver is not null), "done: the command that was broken off is finished\n");
    }

    async Task<ShownChange?> PlanAsync(CommandRun run, string[] words, bool changesDriver)
    {
        var (folder, terminal) = (run.Folder, run.Terminal);
        await run.WarnOfUnmergedAsync(folder.AllPlaces());
        var plan = await HostSelection.PlanAsync(folder, run.Words(_hosts), run.Processes, run.CancellationToken);
        if (run.Value(_like) is { } like)
        {
            if (run.Words(_hosts).Length == 0)
                throw FleetException.LikeNeedsHosts();
            plan = await TestedSeeds.ApplyAsync(
                run.Processes, folder, plan, [.. run.Words(_hosts).Distinct().Select(word => HostName.Parse(word))],
                folder.OwnerNamed(like), run.CancellationToken);
        }
        if (run.Value(_upgrade))
            plan = plan with { Files = [.. plan.Files.Where(file => file.Path == FleetFolder.Library)] };
        var files = FleetInit.Undertake(folder, words, plan);
        if (!plan.Files.IsEmpty)
            return new(InitText.Render(folder.ReadFlakeFile().Text, plan, terminal.Ink), files, InitText.Done(plan));
        if (changesDriver)
            return new("this flake is set up; this clone is not yet\n", files, "");
        terminal.Data("nothing to do: this flake is set up\n");
        return null;
    }

    static Option<string?> NewLike()
    {
        var option = new Option<string?>("--like")
        {
            Description = "The host whose tested lock the named hosts begin with [default: the root lock]",
            HelpName = "HOST",
        };
        option.CompletionSources.Add(context => CommonOptions.HostWords(context.ParseResult));
        return option;
    }
}
