using System.Collections.Immutable;
using Hostlock.Flakes.Nix;

namespace Hostlock.Flakes;

/// <summary>
/// The names a flake.nix gives its outputs, as far as its text says them: sets written out, <c>//</c>, <c>let</c>,
/// <c>mapAttrs</c> over a set and <c>genAttrs</c> over a list. Nothing is evaluated, so computed names stay unknown.
/// </summary>
/// <param name="All">The names of all outputs in the order of the text; null if they are computed.</param>
/// <param name="Configurations">For each output that holds configurations, their names; an output whose names are computed is not in
/// it.</param>
public sealed record OutputNames(ImmutableArray<string>? All, ImmutableSortedDictionary<string, ImmutableArray<string>> Configurations)
{
    /// <summary>The outputs that hold a system for each host, or the homes of users.</summary>
    public static readonly ImmutableArray<string> HostOutputs = ["nixosConfigurations", "darwinConfigurations", Homes];

    /// <summary>The output that holds the homes of users, and the one that holds the systems of telephones.</summary>
    public const string Homes = "homeConfigurations", Phones = "nixOnDroidConfigurations";

    /// <summary>All outputs that hold configurations.</summary>
    public static readonly ImmutableArray<string> ConfigurationOutputs = [.. HostOutputs, Phones];

    // The attributes of a hive of colmena that are no nodes (colmena, src/nix/hive/eval.nix).
    static readonly string[] NoNodes = ["meta", "defaults", "network"];

    /// <summary>
    /// The nodes that colmena builds of modules of its own: its hive does not take them from <c>nixosConfigurations</c>. Empty if the text
    /// does not say so, or if the flake has a <c>colmenaHive</c>, whose nodes hostlock.nix builds by their own locks.
    /// </summary>
    public ImmutableArray<string> HiveNodes { get; init; } = [];

    /// <summary>True if the names of all configurations are known.</summary>
    public bool AreComplete =>
        All is { } all && ConfigurationOutputs.Where(output => all.Contains(output)).All(Configurations.ContainsKey);

    /// <exception cref="FlakeException">The text is not Nix.</exception>
    public static OutputNames Read(SourceText flakeNix) => Of(NixParser.Parse(flakeNix));

    /// <summary>The same for a file whose syntax is known.</summary>
    internal static OutputNames Of(NixFile flakeNix)
    {
        var none = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty;
        if (flakeNix.Expression is not NixAttributeSet top || !top.Attributes.TryGetValue("outputs", out var outputs))
            return new(null, none);
        var reading = new Reading();
        var body = reading.ResultOf(outputs.Value);
        var all = reading.Names(body, 0);
        return new(
            all,
            ConfigurationOutputs
                .Select(output => (output, hosts: reading.Member(body, output, 0) is { } value ? reading.Names(value, 0) : null))
                .Where(pair => pair.hosts is not null)
                .ToImmutableSortedDictionary(pair => pair.output, pair => pair.hosts!.Value))
        {
            HiveNodes = reading.Member(body, "colmenaHive", 0) is null
                && reading.Member(body, "colmena", 0) is { } hive && !IsMadeOfHosts(hive)
                ? [.. (reading.Names(hive, 0) ?? []).Except(NoNodes)]
                : [],
        };
    }

    static bool IsMadeOfHosts(NixExpression hive) =>
        NixTree.Within(hive).OfType<NixSelection>().Any(selection => selection.Path.Any(name => name.Name == "nixosConfigurations"));

    /// <summary>The names in scope of the expression. A name bound twice is taken from the outermost set that binds it.</summary>
    sealed class Reading
    {
        // A variable that leads to itself would be followed for ever.
        const int MaximumSteps = 64;

        // Both sides of `//` are followed: a variable that leads to itself twice would take a step for each of 2 to the 64 ways.
        const int MaximumLooks = 10_000;

        readonly Dictionary<string, NixExpression> _bound = [];
        int _looks;

        /// <summary>The result of the function of the outputs, seen through the call that wraps it.</summary>
        public NixExpression ResultOf(NixExpression function)
        {
            for (var steps = 0; steps < MaximumSteps; steps++)
            {
                switch (function)
                {
                    case NixLambda lambda:
                        function = lambda.Body;
                        break;
                    case NixCall { Argument: NixLambda wrapped } call when HeadOf(call) is NixVariable { Name: "import" }:
                        function = wrapped;
                        break;
                    default:
                        return Plain(function);
                }
            }
            return function;
        }

        public ImmutableArray<string>? Names(NixExpression expression, int steps)
        {
            if (IsTooLong(steps))
                return null;
            switch (Plain(expression))
            {
                case NixAttributeSet { Dynamic.Count: 0 } set:
                    return [.. set.Attributes.Keys];
                case NixVariable variable when _bound.TryGetValue(variable.Name, out var value):
                    return Names(value, steps + 1);
                case NixInfix { Operator: NixTokenKind.Update } infix:
                    return Names(infix.Left, steps + 1) is { } left && Names(infix.Right, steps + 1) is { } right
                        ? [.. left.Concat(right).Distinct()]
                        : null;
                case NixCall call:
                    return NamesOfCall(call, steps);
                default:
                    return null;
            }
        }

        public NixExpression? Member(NixExpression expression, string name, int steps)
        {
            if (IsTooLong(steps))
                return null;
            return Plain(expression) switch
            {
                NixAttributeSet set => set.Attributes.TryGetValue(name, out var attribute)
                    ? attribute.Kind == NixAttributeKind.InheritedFrom ? null : attribute.Value
                    : null,
                NixVariable variable when _bound.TryGetValue(variable.Name, out var value) => Member(value, name, steps + 1),
                NixInfix { Operator: NixTokenKind.Update } infix =>
                    Member(infix.Right, name, steps + 1) ?? Member(infix.Left, name, steps + 1),
                _ => null,
            };
        }

        bool IsTooLong(int steps) => steps > MaximumSteps || ++_looks > MaximumLooks;

        ImmutableArray<string>? NamesOfCall(NixCall call, int steps) => (FunctionName(HeadOf(call)), Arguments(call)) switch
        {
            ("mapAttrs", [_, var set]) => Names(set, steps + 1),
            ("genAttrs", [var names, _]) => Texts(names, steps + 1),
            _ => null,
        };

        ImmutableArray<string>? Texts(NixExpression expression, int steps)
        {
            if (IsTooLong(steps))
                return null;
            return Plain(expression) switch
            {
                NixList list when list.Elements.All(element => element is NixText) =>
                    [.. list.Elements.Select(element => ((NixText)element).Value)],
                NixVariable variable when _bound.TryGetValue(variable.Name, out var value) => Texts(value, steps + 1),
                NixCall call when FunctionName(HeadOf(call)) == "attrNames" => Names(call.Argument, steps + 1),
                _ => null,
            };
        }

        // Takes off 'let', 'with' and the like around an expression, which only add names or conditions.
        NixExpression Plain(NixExpression expression)
        {
            while (true)
            {
                switch (expression)
                {
                    case NixLet let:
                        foreach (var (name, attribute) in let.Bindings.Attributes)
                        {
                            if (attribute.Kind == NixAttributeKind.Plain)
                                _bound.TryAdd(name, attribute.Value);
                        }
                        expression = let.Body;
                        break;
                    case NixWith with:
                        expression = with.Body;
                        break;
                    case NixAssert assert:
                        expression = assert.Body;
                        break;
                    default:
                        return expression;
                }
            }
        }

        static NixExpression HeadOf(NixExpression expression)
        {
            while (expression is NixCall call)
                expression = call.Function;
            return expression;
        }

        static List<NixExpression> Arguments(NixExpression expression)
        {
            var arguments = new List<NixExpression>();
            for (; expression is NixCall call; expression = call.Function)
                arguments.Add(call.Argument);
            arguments.Reverse();
            return arguments;
        }

        static string? FunctionName(NixExpression function) => function switch
        {
            NixVariable variable => variable.Name,
            NixSelection { Fallback: null, Path: [.., { Name: { } name }] } => name,
            _ => null,
        };
    }
}
