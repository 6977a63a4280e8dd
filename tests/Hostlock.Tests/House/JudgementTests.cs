using Hostlock.Fleets;
using Hostlock.Fleets.Changes;
using Hostlock.Fleets.Merging;
using Hostlock.Locks;
using Hostlock.Rollouts;

namespace Hostlock.Tests.House;

/// <summary>
/// Holds the program to words, a call and text: what has to be decided is decided in the library, where a unit test can see it. Whatever
/// compares locks, reads their files or asks the rules is called by few types of the program, each for a reason.
/// </summary>
public class JudgementTests
{
    static readonly Dictionary<Type, Dictionary<string, string>> Judges = new()
    {
        [typeof(LockDiff)] = [],
        [typeof(LockMerge)] = [],
        [typeof(LockGraft)] = [],
        [typeof(LockStaleness)] = [],
        [typeof(LockResolver)] = [],
        [typeof(LockFileReader)] = [],
        [typeof(Downgrade)] = [],
        [typeof(SharedInputs)] = [],
        [typeof(Promotion)] = new() { ["Hostlock.Cli.Commands.PromoteCommand"] = "it is the call" },
        [typeof(EarlierSystem)] = new() { ["Hostlock.Cli.Commands.RollbackCommand"] = "it is the call" },
        [typeof(UnmergedLock)] = new() { ["Hostlock.Cli.CommandRun"] = "it warns of them, whatever is asked" },
        [typeof(HostLocks)] = new()
        {
            ["Hostlock.Cli.CommonOptions"] = "it completes the names of inputs",
            ["Hostlock.Cli.WordPicking"] = "it offers the inputs of a lock",
            ["Hostlock.Cli.Commands.PromoteCommand"] = "it reads the lock that is promoted",
            ["Hostlock.Cli.Commands.ShowCommand"] = "it shows the file",
            ["Hostlock.Cli.Commands.SwitchCommand"] = "the locks are compared with those that run",
        },
        [typeof(Undertaking)] = new()
        {
            ["Hostlock.Cli.CommandRun"] = "it says what was broken off",
            ["Hostlock.Cli.ChangeUndoing"] = "it says that it finishes what was broken off",
            ["Hostlock.Cli.DeclarationChanging"] = "it says that it finishes what was broken off",
            ["Hostlock.Cli.FleetChanging"] = "it says that it finishes what was broken off",
            ["Hostlock.Cli.FrozenWords"] = "an input that is frozen no more is known by what was broken off",
            ["Hostlock.Cli.Commands.UnfreezeCommand"] = "it ends it once the person is told",
        },
        [typeof(RolloutRules)] = new()
        {
            ["Hostlock.Cli.ExitCodes"] = "an exit code says what is left",
            ["Hostlock.Cli.RolloutSession"] = "it says what is left",
        },
    };

    // The places that catch an error of the library, each with the reason why App does not.
    static readonly Dictionary<string, string> Catching = new()
    {
        ["Hostlock.Cli.App"] = "it makes text and exit codes of errors",
        ["Hostlock.Cli.FlakeRuns"] = "the failure of one flake of several is its outcome",
        ["Hostlock.Cli.CommandRun"] = "that a release cannot be read is a warning of other commands",
        ["Hostlock.Cli.Suggestions"] = "a line that is being typed may be wrong",
        ["Hostlock.Cli.RollbackLines"] = "the machine went back, whatever comes of its lock",
        ["Hostlock.Cli.Commands.RollbackCommand"] = "a system without a lock can be gone back to",
        ["Hostlock.Cli.Commands.UiCommand"] = "a page is served although the machines cannot be asked",
        ["Hostlock.Cli.Serving.FleetSite"] = "the page says what is wrong with the files",
        ["Hostlock.Cli.Serving.PageAnswers"] = "the answer to a request says it",
    };

    public static TheoryData<string> Names => [.. Judges.Keys.Select(judge => judge.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_judge_is_called_by_the_library(string name)
    {
        var (judge, allowed) = Judges.Single(pair => pair.Key.Name == name);
        var callers = from call in CompiledCode.ProgramCalls
                      where call.Callee == judge.FullName
                          // To read a property of a result is no judgement.
                          && !call.Called.Name.StartsWith("get_", StringComparison.Ordinal)
                      select call.Caller;

        Assert.Equal(allowed.Keys.Order(StringComparer.Ordinal), callers.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Only_these_catch_an_error_of_the_library()
    {
        var catching = from type in CompiledCode.Program
                       from method in type.Methods.Where(method => method.HasBody)
                       from handler in method.Body.ExceptionHandlers
                       where handler.CatchType?.FullName == typeof(HostlockException).FullName
                       select CompiledCode.Outermost(type).FullName;

        Assert.Equal(Catching.Keys.Order(StringComparer.Ordinal), catching.Distinct().Order(StringComparer.Ordinal));
    }
}
