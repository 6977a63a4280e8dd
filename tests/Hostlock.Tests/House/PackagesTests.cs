using System.Xml.Linq;
using Hostlock.Cli;
using Hostlock.Tests.Support;
using Mono.Cecil;

namespace Hostlock.Tests.House;

/// <summary>Each package that is shipped is used: a compiler names in an assembly only those others that its code uses.</summary>
public class PackagesTests
{
    // Packages whose assembly has another name than they have.
    static readonly Dictionary<string, string> Assemblies = new() { ["ZstdSharp.Port"] = "ZstdSharp" };

    [Theory]
    [InlineData("src/Hostlock.Core/Hostlock.Core.csproj", typeof(HostlockException))]
    [InlineData("src/Hostlock.Cli/Hostlock.Cli.csproj", typeof(App))]
    public void Each_package_of_a_project_is_used_by_its_code(string project, Type type)
    {
        var packages = XDocument.Load(Path.Combine(Repository.Root, project))
            .Descendants("PackageReference")
            .Select(reference => reference.Attribute("Include")!.Value)
            .ToList();
        using var assembly = AssemblyDefinition.ReadAssembly(type.Assembly.Location);
        var used = assembly.MainModule.AssemblyReferences.Select(reference => reference.Name).ToHashSet(StringComparer.Ordinal);

        var unused = packages.Where(package => !used.Contains(Assemblies.GetValueOrDefault(package, package)));

        Assert.NotEmpty(packages);
        Assert.Empty(unused);
    }
}
