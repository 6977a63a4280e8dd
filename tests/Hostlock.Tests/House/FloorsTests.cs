using Mono.Cecil;

namespace Hostlock.Tests.House;

/// <summary>Holds the library to the floors of ARCHITECTURE.md: a folder may use the folders below it, never one above.</summary>
public class FloorsTests
{
    static readonly string[] Floors =
        ["Nar", "Flakes", "Locks", "Platform", "Fetching", "Fleets", "Machines", "Rollouts", "Releases", "Audits", "Reporting"];

    // The rooms of a floor, and the rooms beside them that each may use. All may use what lies in the floor's own folder, but not the types
    // of that folder which open the rooms.
    static readonly Dictionary<string, string[]> Rooms = new()
    {
        ["Flakes.Nix"] = [],
        ["Flakes.Schemes"] = [],
        ["Platform.Programs"] = [],
        ["Fetching.Compression"] = [],
        ["Fetching.Http"] = ["Fetching.Archives", "Fetching.Compression"],
        ["Fetching.Forges"] = ["Fetching.Http"],
        ["Fetching.Archives"] = ["Fetching.Compression"],
        ["Fetching.Folders"] = [],
        ["Fetching.Git"] = ["Fetching.Folders", "Fetching.Git.Objects", "Fetching.Git.WorkTrees"],
        ["Fetching.Git.Objects"] = [],
        ["Fetching.Git.WorkTrees"] = ["Fetching.Git", "Fetching.Git.Objects", "Fetching.Folders"],
        ["Fleets.Settings.Toml"] = [],
        ["Fleets.Settings"] = ["Fleets.Settings.Toml"],
        ["Fleets.History"] = ["Fleets.Settings"],
        ["Fleets.Merging"] = [],
        ["Fleets.Changes"] = ["Fleets.Settings", "Fleets.History"],
        ["Fleets.Layouts"] = [],
        ["Fleets.Adoption"] = ["Fleets.Changes", "Fleets.Settings", "Fleets.Settings.Toml", "Fleets.Layouts"],
        ["Fleets.Checks"] = ["Fleets.Checks.Rules", "Fleets.Changes", "Fleets.History", "Fleets.Layouts", "Fleets.Merging"],
        ["Fleets.Checks.Rules"] = ["Fleets.Checks", "Fleets.Changes", "Fleets.Layouts"],
        ["Fleets.Undoing"] = ["Fleets.Adoption", "Fleets.Changes", "Fleets.History", "Fleets.Merging"],
        ["Fleets.Bisecting"] = ["Fleets.Changes", "Fleets.History"],
        ["Machines.Packages"] = [],
        ["Machines.Probing"] = [],
        ["Machines.Systems"] = ["Machines.Packages"],
        ["Rollouts.Engines"] = [],
        ["Rollouts.Gates"] = [],
        ["Rollouts.Journals"] = [],
        ["Rollouts.Rings"] = ["Rollouts.Engines", "Rollouts.Journals", "Rollouts.Steps"],
        ["Rollouts.Steps"] = ["Rollouts.Engines", "Rollouts.Gates"],
        ["Reporting.Json"] = [],
        ["Reporting.Pages"] = [],
    };

    // The rooms that the types in a floor's own folder may use. Those that open the rooms may use all.
    static readonly Dictionary<string, string[]> Fronts = new()
    {
        ["Flakes"] = ["Flakes.Nix", "Flakes.Schemes"],
        ["Fetching"] = ["Fetching.Http"],
        ["Fleets"] = ["Fleets.Layouts", "Fleets.Settings", "Fleets.Settings.Toml"],
        ["Machines"] = ["Machines.Packages", "Machines.Probing", "Machines.Systems"],
    };

    static readonly string[] Openers = ["Hostlock.Fetching.FlakeFetcher", "Hostlock.Fetching.Git.GitFetcher"];

    // The types of the outside world, each with the lowest floor that may use it.
    static readonly Dictionary<string, string> Outside = new()
    {
        ["System.IO.File"] = "Platform",
        ["System.IO.FileInfo"] = "Platform",
        ["System.IO.Directory"] = "Platform",
        ["System.IO.FileStream"] = "Platform",
        ["System.Diagnostics.Process"] = "Platform",
        ["System.Net.Http.HttpClient"] = "Fetching",
    };

    // Which types each type uses, each once.
    static readonly (TypeDefinition Type, TypeReference Used)[] Uses =
    [
        .. from type in CompiledCode.Library
           from used in UsesOf(type).DistinctBy(CompiledCode.NameOf, StringComparer.Ordinal)
           select (type, used),
    ];

    [Fact]
    public void Each_folder_uses_only_the_folders_below_it()
    {
        var climbs = from use in Uses
                     let type = use.Type
                     let used = use.Used
                     where FloorOf(used) > FloorOf(type)
                     select $"{type.FullName} uses {used.FullName}";

        Assert.Equal("", string.Join("\n", climbs.Distinct()));
    }

    [Fact]
    public void Every_folder_is_a_floor() =>
        Assert.Empty(CompiledCode.Library.Select(FolderOf).OfType<string>().Distinct().Except(Floors));

    [Fact]
    public void Each_room_uses_only_the_rooms_it_may()
    {
        var strays = from use in Uses
                     let type = use.Type
                     let used = use.Used
                     let room = RoomOf(type)
                     where room is not null
                     where FolderOf(used) == FolderOf(type)
                     where RoomOf(used) is { } other && other != room
                         ? Openers.Contains(CompiledCode.NameOf(used)) || !Rooms[room].Contains(other)
                         : RoomOf(used) is null && Openers.Contains(CompiledCode.NameOf(used))
                     select $"{type.FullName} uses {used.FullName}";

        Assert.Equal("", string.Join("\n", strays.Distinct()));
    }

    [Fact]
    public void The_types_in_front_of_the_rooms_use_only_the_rooms_they_may()
    {
        var strays = from use in Uses
                     let type = use.Type
                     let used = use.Used
                     where FolderOf(type) is not null && RoomOf(type) is null && !Openers.Contains(CompiledCode.Outermost(type).FullName)
                     where FolderOf(used) == FolderOf(type) && RoomOf(used) is { } room && !RoomsBehind(FolderOf(type)!).Contains(room)
                     select $"{type.FullName} uses {used.FullName}";

        Assert.Equal("", string.Join("\n", strays.Distinct()));
    }

    [Fact]
    public void No_rooms_use_each_other_in_a_circle()
    {
        Assert.All(Rooms.Keys, room => Assert.DoesNotContain(room, Reached(room)));

        // A room and those within it are one.
        static IEnumerable<string> Next(string room) => Rooms[room].Where(other => !IsWithin(other, room) && !IsWithin(room, other));

        static bool IsWithin(string room, string other) => room.StartsWith(other + '.', StringComparison.Ordinal);

        static HashSet<string> Reached(string start)
        {
            var reached = new HashSet<string>();
            for (var next = new Queue<string>(Next(start)); next.TryDequeue(out var room);)
            {
                if (reached.Add(room))
                    Next(room).ToList().ForEach(next.Enqueue);
            }
            return reached;
        }
    }

    [Fact]
    public void No_permission_outlives_its_use()
    {
        var used = (from use in Uses
                    where !Openers.Contains(CompiledCode.Outermost(use.Type).FullName)
                    where FolderOf(use.Used) == FolderOf(use.Type) && RoomOf(use.Used) is not null
                    select (From: RoomOf(use.Type) ?? FolderOf(use.Type)!, To: RoomOf(use.Used)!)).ToHashSet();

        Assert.Empty(
            from permission in Rooms.Concat(Fronts)
            from room in permission.Value
            where !used.Contains((permission.Key, room))
            select $"{permission.Key} does not use {room}");
    }

    [Fact]
    public void Every_folder_in_a_floor_is_a_room() =>
        Assert.Empty(CompiledCode.Library.Select(RoomOf).OfType<string>().Distinct().Except(Rooms.Keys));

    [Fact]
    public void The_test_sees_what_a_type_uses() =>
        Assert.Contains(
            Uses,
            use => use.Type.FullName == "Hostlock.Fetching.Http.HttpDownloads"
                && CompiledCode.NameOf(use.Used) == "System.Net.Http.HttpClient");

    static string[] RoomsBehind(string floor) => Fronts.GetValueOrDefault(floor, []);

    // The number of a type's floor, from the lowest; -1 for the ground and for types that may be used anywhere.
    static int FloorOf(TypeReference type) =>
        Array.IndexOf(Floors, Outside.GetValueOrDefault(CompiledCode.NameOf(type)) ?? FolderOf(type));

    static string? FolderOf(TypeReference type) =>
        type.DeclaringType is { } outer ? FolderOf(outer)
        : type.Namespace.Split('.') is ["Hostlock", var folder, ..] ? folder
        : null;

    // The folders below the floor's own, or null for what lies in that.
    static string? RoomOf(TypeReference type) =>
        type.DeclaringType is { } outer ? RoomOf(outer)
        : type.Namespace.Split('.') is ["Hostlock", _, _, ..] ? type.Namespace["Hostlock.".Length..]
        : null;

    static IEnumerable<TypeReference> UsesOf(TypeDefinition type)
    {
        var members = type.Methods.SelectMany(
            method => method.Parameters.Select(parameter => parameter.ParameterType).Append(method.ReturnType));
        var calls = from method in type.Methods.Where(method => method.HasBody)
                    from instruction in method.Body.Instructions
                    select instruction.Operand as TypeReference ?? (instruction.Operand as MemberReference)?.DeclaringType;
        return type.Interfaces.Select(each => each.InterfaceType)
            .Concat(type.Fields.Select(field => field.FieldType))
            .Concat(members).Concat(calls).Append(type.BaseType)
            .OfType<TypeReference>().SelectMany(WithArguments);
    }

    static IEnumerable<TypeReference> WithArguments(TypeReference type) =>
        type is GenericInstanceType generic ? generic.GenericArguments.SelectMany(WithArguments).Append(type) : [type];
}
