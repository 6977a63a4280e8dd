using Hostlock.Flakes;
using Mono.Cecil;

namespace Hostlock.Tests.House;

/// <summary>
/// Holds that two equal values are equal for <c>==</c> too, so that no comparison asks by accident whether they are one object.
/// </summary>
public class EqualityTests
{
    static readonly TypeDefinition[] Types =
        [.. CompiledCode.All.Where(type => !type.Name.Contains('<', StringComparison.Ordinal))];

    [Fact]
    public void A_type_with_an_equality_of_its_own_has_it_as_an_operator()
    {
        var without = Types.Where(type => HasEquality(type) && !type.Methods.Any(method => method.Name == "op_Equality"));

        Assert.Equal("", string.Join("\n", without.Select(type => type.FullName)));
    }

    [Fact]
    public void The_test_sees_the_types_with_an_equality() =>
        Assert.Contains(Types, type => type.FullName == typeof(InputPath).FullName && HasEquality(type));

    [Fact]
    public void Equal_paths_references_and_attributes_are_equal_by_the_operators()
    {
        Assert.True(InputPath.Of("a", "b") == InputPath.Of("a", "b"));
        Assert.True(InputPath.Of("a", "b") != InputPath.Of("a"));
        Assert.True(FlakeRef.Indirect("nixpkgs") == FlakeRef.Indirect("nixpkgs"));
        Assert.True(RefAttributes.Of(("type", "path")) == RefAttributes.Of(("type", "path")));
    }

    static bool HasEquality(TypeDefinition type) =>
        type.Methods.Any(method =>
            method is { Name: "Equals", IsVirtual: true, Parameters: [var parameter] }
            && parameter.ParameterType.FullName == "System.Object");
}
