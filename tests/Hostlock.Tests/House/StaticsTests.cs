using Mono.Cecil;

namespace Hostlock.Tests.House;

/// <summary>
/// Holds that the pure floors remember nothing from one use to the next: what is remembered has an owner who is handed down.
/// </summary>
public class StaticsTests
{
    static readonly string[] Floors = ["Nar", "Flakes", "Locks", "Reporting"];

    // Read-only fields of these can be added to all the same.
    static readonly string[] Collections =
    [
        "System.Collections.Generic.Dictionary`2", "System.Collections.Generic.HashSet`1", "System.Collections.Generic.List`1",
        "System.Collections.Generic.Queue`1", "System.Collections.Generic.SortedDictionary`2", "System.Collections.Generic.SortedSet`1",
        "System.Collections.Generic.Stack`1", "System.Collections.Concurrent.ConcurrentBag`1",
        "System.Collections.Concurrent.ConcurrentDictionary`2", "System.Collections.Concurrent.ConcurrentQueue`1",
        "System.Runtime.CompilerServices.ConditionalWeakTable`2", "System.Text.StringBuilder",
    ];

    [Fact]
    public void The_pure_floors_have_no_static_state()
    {
        var states = CompiledCode.Library
            .Where(type => CompiledCode.Outermost(type).Namespace.Split('.') is ["Hostlock", var floor, ..] && Floors.Contains(floor))
            .Where(type => !IsGenerated(type))
            .SelectMany(type => type.Fields)
            .Where(IsState);

        Assert.Equal("", string.Join("\n", states.Select(field => field.FullName)));
    }

    [Fact]
    public void The_test_sees_static_state()
    {
        var fields = CompiledCode.TypesOf(typeof(Samples))
            .Single(type => type.Name == nameof(Samples)).Fields;

        Assert.Equal([nameof(Samples.Counter), nameof(Samples.Remembered)], fields.Where(IsState).Select(field => field.Name).Order());
    }

    static bool IsState(FieldDefinition field) =>
        field is { IsStatic: true, IsLiteral: false }
        && (!field.IsInitOnly || Collections.Contains(field.FieldType.GetElementType().FullName));

    // The compiler keeps delegates of lambdas in fields of its own.
    static bool IsGenerated(TypeDefinition type) =>
        type.Name.Contains('<', StringComparison.Ordinal) || (type.DeclaringType is { } outer && IsGenerated(outer));

    static class Samples
    {
        public static readonly Dictionary<string, int> Remembered = [];
        public static readonly string[] Names = ["a"];
        public static int Counter;
        public const int Most = 3;

        // The compiler would warn of a field that nobody sets.
        public static void Count() => Counter++;
    }
}
