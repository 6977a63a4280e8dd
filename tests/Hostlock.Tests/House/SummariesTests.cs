using System.Xml.Linq;
using Hostlock.Cli;
using Mono.Cecil;

namespace Hostlock.Tests.House;

/// <summary>
/// Holds that each public member of the program has a summary. The compiler asks for those that other assemblies see, which are none of
/// the program's.
/// </summary>
public class SummariesTests
{
    [Fact]
    public void Each_public_member_of_the_program_has_a_summary()
    {
        var location = typeof(App).Assembly.Location;
        // A method stands there with its type parameters and the types of its parameters.
        var told = XDocument.Load(Path.ChangeExtension(location, ".xml")).Descendants("member")
            .Select(member => member.Attribute("name")!.Value.Split('(', '`')[0]).ToHashSet(StringComparer.Ordinal);
        var silent = from type in CompiledCode.Program
                     where !IsGenerated(type) && !IsPrivate(type)
                     from name in NamesOf(type)
                     where !told.Contains(name)
                     select name;

        Assert.Equal("", string.Join("\n", silent));
    }

    static IEnumerable<string> NamesOf(TypeDefinition type)
    {
        var of = type.FullName.Replace('/', '.').Split('`')[0];
        var methods = type.Methods
            .Where(method => method.IsPublic && !method.IsSpecialName && !method.HasOverrides && !IsGenerated(method))
            .Where(method => !method.IsVirtual || (method.IsNewSlot && !method.IsFinal));
        var properties = type.Properties.Where(property => property.GetMethod is { IsPublic: true } get
            && !get.HasOverrides && (!get.IsVirtual || (get.IsNewSlot && !get.IsFinal)));
        var fields = type.Fields.Where(field => field is { IsPublic: true, IsSpecialName: false });
        return [$"T:{of}", .. methods.Select(method => $"M:{of}.{method.Name}"), .. properties.Select(each => $"P:{of}.{each.Name}"),
            .. fields.Select(field => $"F:{of}.{field.Name}")];
    }

    static bool IsPrivate(TypeDefinition type) => type.IsNestedPrivate || (type.DeclaringType is { } outer && IsPrivate(outer));

    static bool IsGenerated(ICustomAttributeProvider member) =>
        member.CustomAttributes.Any(attribute => attribute.AttributeType.Name is "CompilerGeneratedAttribute" or "GeneratedCodeAttribute")
        || (member is MemberReference { Name: var name } && name.Contains('<', StringComparison.Ordinal))
        || (member is TypeDefinition { DeclaringType: { } outer } && IsGenerated(outer));
}
