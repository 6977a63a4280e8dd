using Hostlock.Conformance;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Hostlock.Conformance;

/// <summary>Begins with the classes whose tests take longest one by one, <c>[Trait("time", "long")]</c>. If they began last, the others
/// would be over long before them.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    // The collection of a class has the name of the class in its own.
    static readonly string[] Long =
    [
        .. typeof(LongestFirst).Assembly.GetTypes()
            .Where(type => type.GetCustomAttributes(typeof(TraitAttribute), inherit: false).Cast<TraitAttribute>().Any(IsLong))
            .Select(type => type.FullName!),
    ];

    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderByDescending(collection => Long.Any(collection.TestCollectionDisplayName.Contains))];

    static bool IsLong(TraitAttribute trait) => trait is { Name: "time", Value: "long" };
}
