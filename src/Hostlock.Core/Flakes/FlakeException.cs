namespace Hostlock.Flakes;

/// <summary>The errors of references and of flake.nix.</summary>
public sealed partial class FlakeException : HostlockException
{
    FlakeException(Sentence message)
        : base(message.ToString())
    {
    }

    // The Nix language.

    internal static FlakeException UnexpectedToken(SourceSpan span, string found, string? expected, SourceSpan? unclosed) =>
        new($"syntax error, unexpected {found}{(expected is null ? "" : $", expecting {expected}")}")
        {
            Span = span,
            Hint = unclosed is not null ? $"'{unclosed.Text}' at {unclosed} is not closed"
                : span.Text == "\ufeff" ? "the file starts with a byte order mark; save it without one"
                : null,
        };

    internal static FlakeException InvalidInteger(SourceSpan span) =>
        new($"invalid integer '{span.Text}'") { Span = span, Hint = "integers go up to 9223372036854775807" };

    internal static FlakeException InvalidFloat(SourceSpan span) =>
        new($"invalid float '{span.Text}'") { Span = span };

    internal static FlakeException PipeOperator(SourceSpan span) =>
        new("experimental Nix feature 'pipe-operators' is disabled")
        {
            Span = span,
            Hint = "write the function before its argument, which every Nix reads",
        };

    internal static FlakeException TrailingSlash(SourceSpan span) =>
        new("path has a trailing slash") { Span = span, Hint = "leave out the slash at the end, or write './.' for the folder itself" };

    internal static FlakeException NullInString(SourceSpan span) =>
        new("this string cannot be represented as Nix string because it contains null bytes") { Span = span };

    internal static FlakeException NixTooDeep(SourceSpan span) =>
        new($"the expression nests more than {Nix.NixParser.MaximumDepth} levels deep") { Span = span };

    internal static FlakeException DuplicateAttribute(SourceSpan span, string path, SourceSpan earlier) =>
        new($"attribute '{path}' already defined at {earlier}") { Span = span };

    internal static FlakeException DuplicateFormal(SourceSpan span, string name) =>
        new($"duplicate formal function argument '{name}'") { Span = span };

    internal static FlakeException DynamicInLet(SourceSpan span) =>
        new("dynamic attributes not allowed in let") { Span = span };

    internal static FlakeException DynamicInInherit(SourceSpan span) =>
        new("dynamic attributes not allowed in inherit") { Span = span };

    internal static FlakeException UndefinedVariable(SourceSpan span, string name, string? hint) =>
        new($"undefined variable '{name}'") { Span = span, Hint = hint };

    // The contents of a flake.nix.

    internal static FlakeException FileTooLong(SourceSpan span, int most) =>
        new($"'{span.Source.Name}' is too long") { Span = span, Hint = $"a flake.nix of up to {most} characters is read" };

    internal static FlakeException NotASet(SourceSpan span) =>
        new($"file '{span.Source.Name}' must be an attribute set")
        {
            Span = span,
            Hint = "a flake.nix starts with '{': no function, 'let' or 'import' may stand around its attributes",
        };

    internal static FlakeException HomePath(SourceSpan span, string path) =>
        new($"the path '{path}' can not be resolved in pure mode")
        {
            Span = span,
            Hint = "write a path relative to flake.nix, or a reference in quotes",
        };

    internal static FlakeException WrongType(SourceSpan span, string expected, string actual, string? hint) =>
        new($"expected {expected} but got {actual}") { Span = span, Hint = hint };

    internal static FlakeException ComputedName(SourceSpan span) =>
        new("this attribute name would have to be evaluated") { Span = span, Hint = "write the name as plain text" };

    internal static FlakeException DuplicateDynamicAttribute(SourceSpan span, string name, SourceSpan earlier) =>
        new($"dynamic attribute '{name}' already defined at {earlier}") { Span = span };

    internal static FlakeException UnsupportedAttribute(SourceSpan span, string name) =>
        new($"the flake has an unsupported attribute '{name}'")
        {
            Span = span,
            Hint = Closest.To(name, ["description", "inputs", "outputs", "nixConfig"])
                ?? "a flake.nix has 'description', 'inputs', 'outputs' and 'nixConfig'",
        };

    internal static FlakeException NoOutputs(SourceSpan span) =>
        new("the flake lacks attribute 'outputs'") { Span = span };

    internal static FlakeException SelfNotAllowed(SourceSpan span) =>
        new("'self' input attribute not allowed") { Span = span, Hint = "only the inputs of the flake itself have a 'self'" };

    internal static FlakeException UnsupportedSelfAttribute(SourceSpan span, string name) =>
        new($"flake 'self' attribute '{name}' is not supported") { Span = span, Hint = "'self' may set 'submodules' and 'lfs'" };

    internal static FlakeException OverridesTooDeep(SourceSpan span, int most) =>
        new($"inputs of inputs nest more than {most} levels deep") { Span = span };

    internal static FlakeException FetchedAtBuildTime(SourceSpan span) =>
        new("unexpected flake input attribute 'buildTime'")
        {
            Span = span,
            Hint = "only Determinate Nix has it, and all other Nix refuses such a flake; take it out to lock the flake here",
        };

    internal static FlakeException UnexpectedInputAttribute(SourceSpan span, string name) =>
        new($"unexpected flake input attribute '{name}'")
        {
            Span = span,
            Hint = Closest.To(name, ["url", "flake", "follows", "inputs"])
                ?? "without 'type', an input has only 'url', 'flake', 'follows' and 'inputs'",
        };

    internal static FlakeException InputAttributeType(SourceSpan span, string name, string actual, string? hint) =>
        new($"flake input attribute '{name}' is {actual} while a string, Boolean, or integer is expected") { Span = span, Hint = hint };

    internal static FlakeException VerifiedFetches(SourceSpan span) =>
        new("'publicKeys' needs verified fetches, which hostlock does not support") { Span = span };

    internal static FlakeException ReferenceAndFollows(SourceSpan span) =>
        new("flake input has both a flake reference and a follows attribute") { Span = span, Hint = "keep one of the two" };

    internal static FlakeException PathOutsideTree(SourceSpan span, string path) =>
        new($"input attribute path '{path}' must be in the same source tree as the flake")
        {
            Span = span,
            Hint = $"write \"path:{path}\" for a folder elsewhere",
        };

    internal static FlakeException InvalidPathElement(SourceSpan span, string name) =>
        new($"invalid flake input attribute path element '{name}'")
        {
            Span = span,
            Hint = "a name in 'follows' has letters, digits, '_' and '-', and starts with a letter",
        };

    internal static FlakeException FormalIsNoReference(SourceSpan span, string name) =>
        new($"flake reference '{name}' is not an absolute path")
        {
            Span = span,
            Hint = "each argument of 'outputs' is read as an input; take this one from '@inputs' instead",
        };

    internal static FlakeException SettingType(SourceSpan span, string name, string actual) =>
        new($"flake configuration setting '{name}' is {actual}")
        {
            Span = span,
            Hint = "settings are strings, paths, integers, Booleans or lists of strings",
        };

    internal static FlakeException SettingElementType(SourceSpan span, string name) =>
        new($"list element in flake configuration setting '{name}' is a list while a string is expected") { Span = span };

    internal static FlakeException RegistryIsNoText(SourceSpan span, string actual) =>
        new($"flake configuration setting 'flake-registry' is {actual} while a string is expected")
        {
            Span = span,
            Hint = "write the address of the registry in quotes",
        };

    // Edits of a flake.nix.

    internal static FlakeException OutputsAreNoFunction(SourceSpan span) =>
        new("'outputs' is not written as a function") { Span = span, Hint = "write a function: 'outputs = { self, ... }: …;'" };

    internal static FlakeException AlreadyWrapped(SourceSpan span, string library) =>
        new($"'outputs' already calls '{library}'") { Span = span };

    internal static FlakeException NotWrapped(SourceSpan span, string library) =>
        new($"'outputs' does not call '{library}'") { Span = span };

    internal static FlakeException WrappedOtherwise(SourceSpan span, string library) =>
        new($"'outputs' calls '{library}' in another way than 'inputs: import ./{library} inputs (…)'")
        {
            Span = span,
            Hint = "remove the call by hand",
        };

    internal static FlakeException NotAnInputName(string name) =>
        new($"'{name}' cannot be the name of an input")
        {
            Hint = "a name has letters, digits, '_' and '-', starts with a letter, and is not 'self'",
        };

    internal static FlakeException InputExists(SourceSpan? span, string name) =>
        new($"'{name}' is declared already")
        {
            Span = span,
            Hint = "'input set' gives it another reference",
        };

    internal static FlakeException NoSuchInput(string name, IEnumerable<string> known) =>
        new($"'{name}' is not an input of this flake")
        {
            Hint = Closest.To(name, known) ?? (known.Any() ? $"inputs: {string.Join(", ", known)}" : "it has no inputs"),
        };

    internal static FlakeException InputIsFollowed(string name, InputPath follower, SourceSpan? span) =>
        new($"'{follower}' follows '{name}'")
        {
            Span = span,
            Hint = "'input follow' has it follow another input",
        };

    internal static FlakeException InputInUse(SourceSpan span, string name) =>
        new($"the outputs use '{name}'") { Span = span, Hint = "take it out of the outputs first" };

    internal static FlakeException FollowsItself(InputPath path, InputPath target) =>
        new($"'{path}' cannot follow '{target}', which is itself or beneath it");

    internal static FlakeException InputNotEdited(SourceSpan span, InputPath path, string? why) =>
        new($"the declaration of '{path}' cannot be edited in a file that is laid out like this{(why is null ? "" : $": {why}")}")
        {
            Span = span,
            Hint = "edit it by hand, and bring the locks in line",
        };
}
