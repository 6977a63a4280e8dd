using System.Collections.Immutable;
using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Nar;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Locks;

/// <summary>The judgement on one input: from what is declared, locked and asked for to what is done.</summary>
public class InputJudgeTests
{
    static readonly FlakePlace Here = new(MemoryFiles.Of(), TreePath.Root);
    static readonly FlakePlace Above = new(MemoryFiles.Of(), TreePath.Parse("above"));

    static readonly InputPath A = InputPath.Of("a");

    readonly InputOverrides _overrides = new();

    public static TheoryData<string, string?, string, string> Table => new()
    {
        // declared, locked (the original), request, decision
        { "github:acme/a", null, "lock", "anew github:acme/a" },
        { "github:acme/a", "github:acme/a", "lock", "keep" },
        { "github:acme/a/next", "github:acme/a", "lock", "anew github:acme/a/next" },
        { "github:acme/a", "follows b", "lock", "anew github:acme/a" },
        { "follows b", "github:acme/a", "lock", "follow b" },
        { "follows b", null, "update a", "follow b" },
        { "", "flake:a", "lock", "keep" },
        { "", null, "lock", "anew flake:a" },
        { "github:acme/a", "github:acme/a", "update a", "anew github:acme/a" },
        { "github:acme/a", "github:acme/a", "update b", "keep" },
        { "github:acme/a", "github:acme/a", "update a/b", "reread" },
        { "github:acme/a", "github:acme/a", "reread a/b", "reread" },
        { "github:acme/a", "github:acme/a", "reread a", "keep" },
        { "github:acme/a", "github:acme/a", "override a", "anew github:acme/a" },
        { "github:acme/a", "github:acme/a", "override b", "keep" },
        // If a lock is made anew, the root's old lock does not count, but the lock of a dependency does.
        { "github:acme/a", "github:acme/a", "recreate", "keep" },
        { "git+https://example.org/a?dir=x", "git+https://example.org/a?dir=x", "lock", "keep" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void An_input_is_judged_by_what_is_declared_locked_and_asked_for(
        string declared, string? locked, string request, string decision) =>
        Assert.Equal(decision, Describe(Judge(Declared(declared), locked is null ? null : Edge(locked), Request(request)).Decision));

    [Fact]
    public void An_override_takes_the_place_of_the_declaration()
    {
        _overrides.Add(A, new(Declared("github:acme/other"), Above, InputPath.Of("up")));

        var judgement = Judge(Declared("github:acme/a"), Edge("github:acme/a"), Request("lock"));

        Assert.Equal("anew github:acme/other", Describe(judgement.Decision));
        Assert.True(judgement.UsesOverride);
        Assert.Same(Above, judgement.Place);
    }

    [Fact]
    public void An_override_for_another_input_is_not_used()
    {
        _overrides.Add(InputPath.Of("b"), new(Declared("github:acme/other"), Above, null));

        Assert.False(Judge(Declared("github:acme/a"), null, Request("lock")).UsesOverride);
    }

    [Fact]
    public void A_follows_is_relative_to_the_flake_that_says_it()
    {
        var below = InputPath.Of("x", "a");
        _overrides.Add(InputPath.Of("y", "a"), new(Declared("follows b"), Above, InputPath.Of("up")));
        _overrides.Add(InputPath.Of("z", "a"), new(Declared("follows b"), Above, null));

        Assert.Equal("follow x/b", Describe(Judge(new(below, Declared("follows b"), Here, false), null).Decision));
        Assert.Equal("follow b", Describe(Judge(new(below, Declared("follows b"), Here, IsFromLock: true), null).Decision));
        Assert.Equal("follow up/b", Describe(Judge(new(InputPath.Of("y", "a"), Declared("github:acme/a"), Here, true), null).Decision));
        Assert.Equal("follow b", Describe(Judge(new(InputPath.Of("z", "a"), Declared("github:acme/a"), Here, true), null).Decision));
    }

    [Fact]
    public void A_relative_path_is_kept_only_if_it_starts_from_the_same_flake()
    {
        var input = new DeclaredInput(InputPath.Of("x", "a"), Declared("path:./a"), Here, false);

        Assert.Equal("keep", Describe(Judge(input, Edge("path:./a", parent: InputPath.Of("x"))).Decision));
        Assert.Equal("anew path:./a", Describe(Judge(input, Edge("path:./a", parent: InputPath.Of("y"))).Decision));
        Assert.Equal(InputPath.Of("x"), Judge(input, null).Parent);
    }

    [Fact]
    public void A_flake_with_a_follows_of_its_own_is_read_again_unless_it_was_imposed_or_comes_from_the_lock()
    {
        var edge = Edge("github:acme/a", below: ("b", new LockEdge.Follows(InputPath.Of("b"))));
        var input = new DeclaredInput(A, Declared("github:acme/a"), Here, false);

        Assert.Equal("reread", Describe(Judge(input, edge).Decision));
        Assert.Equal("keep", Describe(Judge(input with { IsFromLock = true }, edge).Decision));
        _overrides.Add(InputPath.Of("a", "b"), new(Declared("follows b"), Above, InputPath.Root));
        Assert.Equal("keep", Describe(Judge(input, edge).Decision));
    }

    [Fact]
    public void What_follows_another_input_answers_no_update()
    {
        Assert.False(Judge(Declared("follows b"), null, Request("update a")).CanBeUpdated);
        Assert.True(Judge(Declared("github:acme/a"), null, Request("update a")).CanBeUpdated);
    }

    InputJudgement Judge(FlakeInput declared, LockEdge? locked, LockRequest request) =>
        InputJudge.Judge(new(A, declared, Here, false), locked, request, _overrides);

    InputJudgement Judge(DeclaredInput input, LockEdge? locked) => InputJudge.Judge(input, locked, Request("lock"), _overrides);

    static FlakeInput Declared(string text) => text.Split(' ') switch
    {
        ["follows", var target] => new(null, InputPath.TryParse(target), true, Flake.NoInputs, null),
        [""] => new(null, null, true, Flake.NoInputs, null),
        _ => new(Reference(text), null, true, Flake.NoInputs, null),
    };

    static LockEdge Edge(string text, InputPath? parent = null, params (string Name, LockEdge Edge)[] below) => text.Split(' ') switch
    {
        ["follows", var target] => new LockEdge.Follows(InputPath.TryParse(target)!),
        _ => new LockEdge.Locked(new(
            Reference(text),
            Reference(text),
            true,
            parent,
            NameMap<LockEdge>.Of([.. below.Select(input => KeyValuePair.Create(input.Name, input.Edge))]))),
    };

    static LockRequest Request(string text) => text.Split(' ') switch
    {
        ["lock"] => new LockRequest.InLine(),
        ["recreate"] => new LockRequest.Recreate(),
        ["update", var path] => new LockRequest.Update([InputPath.TryParse(path)!]),
        ["reread", var path] => new LockRequest.InLine { Rereads = [InputPath.TryParse(path)!] },
        ["override", var path] => new LockRequest.InLine
        {
            Overrides = ImmutableSortedDictionary<InputPath, FlakeRef>.Empty.Add(InputPath.TryParse(path)!, Reference("github:acme/z")),
        },
        _ => throw new ArgumentException(text, nameof(text)),
    };

    static FlakeRef Reference(string text) => FlakeRef.ParseInput(text, wantsTree: true, null, null);

    static string Describe(InputDecision decision) => decision switch
    {
        InputDecision.Follow(var target) => $"follow {target}",
        InputDecision.Keep => "keep",
        InputDecision.Reread => "reread",
        InputDecision.LockAnew(var reference) => $"anew {reference}",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
