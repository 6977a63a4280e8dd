using System.CommandLine;
using Hostlock.Fleets;
using Hostlock.Reporting;
using Hostlock.Reporting.Json;

namespace Hostlock.Cli;

/// <summary>
/// Runs a command for the flakes that it is about: for the one that the user is in, or for adopted ones of a repository, if the user is in
/// none of them (docs/decisions/0017).
/// </summary>
/// <param name="command">The command.</param>
/// <param name="symbol">The command as the line names it.</param>
/// <param name="run">The run.</param>
sealed class FlakeRuns(FleetCommand command, Command symbol, CommandRun run)
{
    readonly Headings _printed = new();

    // If what is said and what is printed go to one place, a text has its heading once.
    Headings Said => field ??= run.Surroundings.IsOnePlace() ? _printed : new();

    /// <summary>A flake that has what the line names.</summary>
    /// <param name="Flake">The flake.</param>
    /// <param name="Folder">The flake as it was opened; null if it cannot be.</param>
    /// <param name="Words">The words that it gets.</param>
    sealed record Meant(RepositoryFlake Flake, FleetFolder? Folder, IReadOnlyDictionary<Symbol, string[]> Words);

    /// <summary>Runs it.</summary>
    /// <exception cref="HostlockException">The command fails, or the line does not say which flake is meant.</exception>
    public async Task<ExitCode> RunAsync()
    {
        var reach = command.Reach(run);
        if (reach == FlakeReach.None || run.FindFlakes() is not { } flakes)
            return await command.RunAsync(run);
        switch (flakes.Adopted.ToList())
        {
            case []:
                return await command.RunAsync(run);
            case [var only]:
                var alone = Alone(only, NoWords);
                return Ended(flakes, await CodeAsync(alone, () => command.RunAsync(alone)));
            case var several:
                return Ended(flakes, await RunAsync(reach, several));
        }
    }

    static Dictionary<Symbol, string[]> NoWords => [];

    ExitCode Ended(RepositoryFlakes flakes, ExitCode code)
    {
        command.Conclude(run, flakes);
        return code;
    }

    async Task<ExitCode> RunAsync(FlakeReach reach, List<RepositoryFlake> flakes)
    {
        var words = new FlakeWords(run.Parsed, symbol, run.Surroundings.Folder);
        // Lock files are named by their paths and belong to no flake, so any flake will do.
        if (words.AreFiles)
            return await command.RunAsync(Alone(flakes[0], NoWords));
        var readable = new List<(RepositoryFlake Flake, FleetFolder? Folder)>();
        foreach (var flake in flakes)
        {
            var folder = TryOpen(flake, out var why);
            // A command that only looks at each flake goes on with the others.
            if (why is not null && (words.NameHosts || reach is not (FlakeReach.Each or FlakeReach.EachWithMachines)))
                return await CodeAsync(Part(new(flake, null, NoWords), new(), null), () => throw why);
            readable.Add((flake, folder));
        }
        FleetFolder[] folders = [.. readable.Select(each => each.Folder).OfType<FleetFolder>()];
        if (words.Hosts.FirstOrDefault(word => !folders.Any(folder => words.IsIn(folder, word))) is { } unknown)
        {
            var (why, of) = FleetFolder.WhyNothing(folders, unknown);
            return of is null ? throw why
                : await CodeAsync(Alone(flakes.First(flake => flake.Path == of.Path), NoWords), () => throw why);
        }
        var meant = Narrowed(readable, folders, words);
        if (reach == FlakeReach.EachWithMachines
            && meant.Where(each => each.Folder is { } folder && words.AreSystems(folder)).ToList() is { Count: > 0 } systems)
            meant = systems;
        return reach switch
        {
            FlakeReach.Each or FlakeReach.EachWithMachines => await RunEachAsync(meant),
            FlakeReach.Together => await RunTogetherAsync(meant),
            _ => await RunOneAsync(reach, meant, words),
        };
    }

    static FleetFolder? TryOpen(RepositoryFlake flake, out HostlockException? why)
    {
        why = null;
        try
        {
            return FleetFolder.Open(flake.Path);
        }
        catch (HostlockException thrown)
        {
            why = thrown;
            return null;
        }
    }

    // The flakes that have all that the line names, and those that cannot be opened. No word is left out: each is in one of them.
    List<Meant> Narrowed(IReadOnlyList<(RepositoryFlake Flake, FleetFolder? Folder)> flakes, FleetFolder[] folders, FlakeWords words)
    {
        var known = words.KnownTo(folders);
        var meant = new List<Meant>();
        foreach (var (flake, folder) in flakes)
        {
            if (folder is null)
                meant.Add(new(flake, null, NoWords));
            else if (known.For(folder) is { } mine)
                meant.Add(new(flake, folder, mine));
        }
        if (!words.Hosts.All(word => meant.Any(each => each.Folder is { } folder && words.IsIn(folder, word))))
            throw FleetException.NotInOneFlake(
                words.Hosts.Distinct().Select(word => $"{word} is in {string.Join(" and ", NamesOf(flakes, words, word))}"));
        var opened = meant.Select(each => each.Folder).OfType<FleetFolder>().ToList();
        var about = command.About(run, opened).ToList();
        return about.Count == 0 || about.Count == opened.Count
            ? meant
            : [.. meant.Where(each => each.Folder is { } folder && about.Contains(folder))];
    }

    static IEnumerable<string> NamesOf(
        IEnumerable<(RepositoryFlake Flake, FleetFolder? Folder)> flakes, FlakeWords words, string word) =>
        flakes.Where(each => each.Folder is { } folder && words.IsIn(folder, word)).Select(each => each.Flake.Name);

    async Task<ExitCode> RunOneAsync(FlakeReach reach, List<Meant> meant, FlakeWords words)
    {
        if (reach is FlakeReach.Machines or FlakeReach.ThisMachine
            && meant.Where(each => words.AreSystems(each.Folder!)).ToList() is { Count: > 0 } systems)
        {
            if (words.NameHosts && systems.Count == 1 && meant.Count > 1)
                run.Terminal.Talk(FlakeHeading.SystemsIn(words.Hosts, systems[0].Flake.Name));
            meant = systems;
        }
        if (reach == FlakeReach.ThisMachine && !words.NameHosts
            && meant.Where(each => run.Named.HostHereIn(each.Folder!) is not null).ToList() is { Count: > 0 } here)
            meant = here;
        if (meant is not [var only])
            throw FleetException.OneFlakeOnly(
                [.. words.Hosts],
                [.. meant.Select(each => each.Flake.Name)],
                [.. meant.Select(each => run.LineFor(each.Flake))]);
        var part = Alone(only.Flake, only.Words);
        return await CodeAsync(part, () => command.RunAsync(part));
    }

    async Task<ExitCode> RunEachAsync(List<Meant> meant)
    {
        var codes = new List<ExitCode>();
        var documents = new List<(string Flake, string Json)>();
        foreach (var each in meant)
        {
            var printed = new StringWriter();
            var part = Part(each, printed, null);
            HostlockException? failure = null;
            codes.Add(await CodeAsync(part, () => command.RunAsync(part), why => failure = why));
            documents.Add((each.Flake.Name, DocumentOf(printed, failure)));
        }
        Print(documents);
        return Joined(codes);
    }

    async Task<ExitCode> RunTogetherAsync(List<Meant> meant)
    {
        var together = new FlakesTogether(run.Processes);
        var parts = new List<(CommandRun Run, StringWriter Printed, Task<ExitCode> Task, bool Waits)>();
        foreach (var each in meant)
        {
            var printed = new StringWriter();
            var part = Part(each, printed, together);
            together.Begin();
            var task = StartAsync(part);
            await Task.WhenAny(task, together.Waits);
            parts.Add((part, printed, task, !task.IsCompleted));
            if (!task.IsCompleted || task.IsCompletedSuccessfully)
                continue;
            together.Abandon();
            foreach (var (_, _, other, _) in parts.SkipLast(1))
                await Task.WhenAny(other);
            return await CodeAsync(part, () => task);
        }
        var codes = new Dictionary<CommandRun, (ExitCode Code, HostlockException? Failure)>();
        var waiting = parts.Where(part => part.Waits).ToList();
        await together.WriteAsync(i => GoOnAsync(waiting[i]), run.CancellationToken);
        foreach (var part in parts.Where(part => !part.Waits))
            await GoOnAsync(part);
        Print([.. parts.Zip(meant, (part, each) => (each.Flake.Name, DocumentOf(part.Printed, codes[part.Run].Failure)))]);
        return Joined([.. codes.Values.Select(code => code.Code)]);

        // A command may fail before it waits for anything.
        async Task<ExitCode> StartAsync(CommandRun part) => await command.RunAsync(part);

        async Task GoOnAsync((CommandRun Run, StringWriter Printed, Task<ExitCode> Task, bool Waits) part)
        {
            HostlockException? failure = null;
            var code = await CodeAsync(part.Run, () => part.Task, why => failure = why);
            codes[part.Run] = (code, failure);
        }
    }

    // The part of the run that is about one flake and no other.
    CommandRun Alone(RepositoryFlake flake, IReadOnlyDictionary<Symbol, string[]> words) =>
        run.For(new(flake, run, words, run.Surroundings));

    CommandRun Part(Meant each, StringWriter printed, FlakesTogether? together)
    {
        var outside = run.Surroundings;
        var heading = FlakeHeading.Render(each.Flake.Name, run.Terminal.Ink);
        return run.For(
            new(each.Flake, run, each.Words, outside.Headed(heading, run.IsJson ? printed : null, _printed, Said)) { Together = together });
    }

    void Print(IReadOnlyList<(string Flake, string Json)> documents)
    {
        if (run.IsJson)
            run.Terminal.Data(FlakesJson.Render(documents));
    }

    static string DocumentOf(StringWriter printed, HostlockException? failure) =>
        printed.ToString() is { Length: > 0 } text ? text : FlakesJson.Failure(failure);

    static async Task<ExitCode> CodeAsync(CommandRun part, Func<Task<ExitCode>> runAsync, Action<HostlockException>? failed = null)
    {
        try
        {
            return await runAsync();
        }
        catch (HostlockException why)
        {
            part.Terminal.Error(why);
            failed?.Invoke(why);
            return ExitCodes.Of(why);
        }
    }

    // If one flake failed because of the world outside, and another did not, the command is finished, but not for all.
    static ExitCode Joined(IReadOnlyList<ExitCode> codes) =>
        codes.Distinct().Count() > 1 && codes.Any(code => code is ExitCode.Outside or ExitCode.Partly) ? ExitCode.Partly : codes.Max();
}
