using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Hostlock.Tests.House;

/// <summary>Holds that each member of the library and of the program is used by them: code that only a test calls is dead.</summary>
public class UnusedTests
{
    // Members that the program does not call, each with the reason why it exists all the same.
    static readonly Dictionary<string, string> Allowed = new()
    {
        ["Hostlock.Fleets.Checks.CheckRule.get_Sentence()"] = "a test makes docs/checks.md of it",
        ["Hostlock.Flakes.Nix.NixFloat.get_Value()"] = "the parser is compared with that of Nix",
        ["Hostlock.Flakes.Nix.NixSearchPath.get_Name()"] = "the parser is compared with that of Nix",
        ["Hostlock.Flakes.Nix.NixPrefix.get_Operator()"] = "the parser is compared with that of Nix",
    };

    static readonly string[] Found = [.. Unused(CompiledCode.All)];

    [Fact]
    public void Each_member_is_used_by_the_program()
    {
        var unused = Found.Where(member => !Allowed.ContainsKey(member));

        Assert.Equal("", string.Join("\n", unused));
    }

    [Fact]
    public void No_exception_outlives_its_reason() => Assert.Empty(Allowed.Keys.Except(Found));

    [Fact]
    public void The_test_sees_what_nobody_uses()
    {
        var samples = CompiledCode.TypesOf(typeof(UnusedTests))
            .Single(type => type.FullName == typeof(SampleCode).FullName!.Replace('+', '/'));

        Assert.Equal(
            [nameof(SampleCode.CallsItself), nameof(SampleCode.Lonely), nameof(SampleCode.Written)],
            Unused([samples, .. samples.NestedTypes]).Select(member => member.Split('.', '(')[^2]).Order(StringComparer.Ordinal));
    }

    static IEnumerable<string> Unused(IReadOnlyCollection<TypeDefinition> types)
    {
        var used = types.SelectMany(type => type.Methods).SelectMany(UsedBy).ToHashSet(StringComparer.Ordinal);
        // Code that deconstructs a record, or compares two, uses all members of it.
        used.UnionWith(
            from type in types
            from method in type.Methods
            where method.Name is "Deconstruct" or "op_Equality" or "op_Inequality" or "Equals" && used.Contains(NameOf(method))
            from getter in type.Properties.Select(property => property.GetMethod).OfType<MethodDefinition>()
            select NameOf(getter));
        return from type in types
               where !IsGenerated(type) && !IsLaidOut(type) && type.BaseType?.FullName != "System.MulticastDelegate"
               from member in MembersOf(type)
               where !used.Contains(member)
               select member;
    }

    static IEnumerable<string> MembersOf(TypeDefinition type)
    {
        var methods = type.Methods.Where(method => !IsGenerated(method) && !method.IsSpecialName && !IsAnswer(method));
        var getters = type.Properties.Select(property => property.GetMethod).OfType<MethodDefinition>()
            .Where(getter => getter.Name != "get_EqualityContract" && !IsAnswer(getter));
        var fields = type.Fields.Where(field => field is { IsLiteral: false, IsSpecialName: false } && !IsGenerated(field));
        return methods.Concat(getters).Select(NameOf).Concat(fields.Select(NameOf));
    }

    // The fields of such a struct are those that the system defines.
    static bool IsLaidOut(TypeDefinition type) => type is { IsValueType: true, IsEnum: false, HasMethods: false, HasProperties: false };

    // An override, or the implementation of an interface member. A caller names the member of the base type or of the interface.
    static bool IsAnswer(MethodDefinition method) =>
        method.HasOverrides || method is { IsVirtual: true, IsNewSlot: false } or { IsVirtual: true, IsFinal: true };

    // The members that a method uses. It does not use itself, and what the compiler writes for a record uses nothing.
    static IEnumerable<string> UsedBy(MethodDefinition method)
    {
        var own = NameOf(method);
        return IsOfRecord(method) ? [] : Operands(method).Where(name => name != own);
    }

    static IEnumerable<string> Operands(MethodDefinition method) =>
        method.HasBody
            ? from instruction in method.Body.Instructions
              let name = instruction.Operand switch
              {
                  MethodReference called => NameOf(called),
                  // A field that is only written to is of no use.
                  FieldReference field when instruction.OpCode.Code is not (Code.Stfld or Code.Stsfld) => NameOf(field),
                  _ => null,
              }
              where name is not null
              select name
            : [];

    static bool IsOfRecord(MethodDefinition method) =>
        IsGenerated(method)
        && !method.IsGetter && !method.IsSetter
        && !method.Name.Contains('<', StringComparison.Ordinal)
        && !IsGenerated(method.DeclaringType);

    static bool IsGenerated(ICustomAttributeProvider member) =>
        member.CustomAttributes.Any(attribute => attribute.AttributeType.Name is "CompilerGeneratedAttribute" or "GeneratedCodeAttribute")
        || (member is MemberReference { Name: var name } && name.Contains('<', StringComparison.Ordinal))
        || (member is TypeDefinition { DeclaringType: { } outer } && IsGenerated(outer));

    static string NameOf(FieldReference field) => $"{TypeOf(field)}.{field.Name}()";

    static string NameOf(MethodReference method) =>
        $"{TypeOf(method)}.{method.Name}("
            + $"{string.Join(", ", method.GetElementMethod().Parameters.Select(each => Shape(each.ParameterType)))})";

    static string TypeOf(MemberReference member) => member.DeclaringType.GetElementType().FullName.Replace('/', '.');

    // A type parameter has a name where it is declared, and a number where it is used.
    static string Shape(TypeReference type) => type switch
    {
        GenericParameter => "?",
        GenericInstanceType generic => $"{generic.ElementType.FullName}<{string.Join(", ", generic.GenericArguments.Select(Shape))}>",
        ArrayType array => $"{Shape(array.ElementType)}[]",
        TypeSpecification specification => Shape(specification.ElementType) + specification.GetType().Name,
        _ => type.FullName,
    };

    static class SampleCode
    {
        public static int Written;
        public static readonly int Read = Used();
        public static int Used() => new Pair(Read, 2) is var (one, _) ? one : 0;
        public static void Lonely() => Written = Used();
        public static void CallsItself() => CallsItself();

        sealed record Pair(int One, int Two);
    }
}
