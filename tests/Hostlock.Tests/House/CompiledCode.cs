using System.Collections.Concurrent;
using Hostlock.Cli;
using Mono.Cecil;

namespace Hostlock.Tests.House;

/// <summary>
/// The library and the program as the compiler made them, read once for all tests of the house: each reading costs a second of a processor,
/// and what it made stays in memory.
/// </summary>
static class CompiledCode
{
    /// <summary>The types of the library, with those that lie within others.</summary>
    public static readonly TypeDefinition[] Library = TypesOf(typeof(HostlockException));

    /// <summary>The types of the program, with those that lie within others.</summary>
    public static readonly TypeDefinition[] Program = TypesOf(typeof(App));

    /// <summary>The types of both.</summary>
    public static readonly TypeDefinition[] All = [.. Library, .. Program];

    /// <summary>The members that the types of the library call, each once a type.</summary>
    public static readonly Call[] LibraryCalls = CallsOf(Library);

    /// <summary>The members that the types of the program call, each once a type.</summary>
    public static readonly Call[] ProgramCalls = CallsOf(Program);

    /// <summary>The members that the types of both call, each once a type.</summary>
    public static readonly Call[] AllCalls = [.. LibraryCalls, .. ProgramCalls];

    /// <summary>The members that are called, each with the types that call it: a question about members is asked once for each.</summary>
    public static readonly ILookup<MethodReference, Call> Called = AllCalls.ToLookup(call => call.Called);

    static readonly ConcurrentDictionary<TypeReference, string> Names = new();

    /// <summary>
    /// The full name of a type, put together once for all tests. The library that reads the code puts that of a generic type together anew
    /// whenever it is asked for.
    /// </summary>
    /// <param name="type">A type.</param>
    public static string NameOf(TypeReference type) => Names.GetOrAdd(type, each => each.FullName);

    /// <summary>The types of the assembly that a type is of, read anew.</summary>
    /// <param name="type">A type of the assembly.</param>
    /// <returns>All types of it, with those that lie within others.</returns>
    public static TypeDefinition[] TypesOf(Type type) =>
        [.. AssemblyDefinition.ReadAssembly(type.Assembly.Location).MainModule.GetTypes()];

    /// <summary>
    /// The type in whose text a type lies: what the compiler makes of lambdas and async methods lies within the type that has them.
    /// </summary>
    /// <param name="type">A type.</param>
    /// <returns>The outermost type around it, or itself.</returns>
    public static TypeDefinition Outermost(TypeDefinition type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    static Call[] CallsOf(TypeDefinition[] types) =>
    [
        .. (from type in types
            from method in type.Methods.Where(method => method.HasBody)
            from instruction in method.Body.Instructions
            let called = instruction.Operand as MethodReference
            where called is not null
            select new Call(type, called)).Distinct(),
    ];

    /// <summary>A call that stands in the code of a type.</summary>
    /// <param name="Type">The type whose method calls.</param>
    /// <param name="Called">The member that is called.</param>
    public readonly record struct Call(TypeDefinition Type, MethodReference Called)
    {
        /// <summary>The name of the outermost type around the calling type.</summary>
        public string Caller => Outermost(Type).FullName;

        /// <summary>The name of the type whose member is called.</summary>
        public string Callee => NameOf(Called.DeclaringType);
    }
}
