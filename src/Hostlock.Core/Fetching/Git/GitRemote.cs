using System.Collections.Immutable;
using System.Globalization;
using Hostlock.Flakes;
using Hostlock.Platform;

namespace Hostlock.Fetching.Git;

/// <summary>
/// The address of a remote repository, with its login apart. All users of a machine can read the command lines of programs, so neither git
/// nor the programs that git starts get a password there: git asks for it, and is answered from its environment.
/// </summary>
/// <param name="Address">The address without a password.</param>
/// <param name="Options">Options of git that come before its command.</param>
/// <param name="Environment">Variables that the options name.</param>
sealed record GitRemote(string Address, ImmutableArray<string> Options, EnvironmentChanges Environment)
{
    const string User = "HOSTLOCK_GIT_USER";
    const string Password = "HOSTLOCK_GIT_PASSWORD";

    // git runs it as a shell would. It prints the answer of git's credential protocol, and its own words have no secret.
    const string Helper = $"!f() {{ test \"$1\" != get || printf 'password=%s\\n' \"${Password}\"; }}; f";

    /// <summary>Takes an address apart.</summary>
    /// <param name="url">The address, with a user and a password if it has them.</param>
    /// <exception cref="FetchException">The user or the password has a character that git's credential protocol cannot say.</exception>
    public static GitRemote Of(string url)
    {
        if (FlakeUrl.TryParse(url) is not { Authority: { User: { } user } authority } parsed
            || (authority.Password is null && !Visible.IsToken(user)))
            return new(url, [], EnvironmentChanges.None);
        // ssh has no use for a password, and the user is part of the address.
        if (parsed.Scheme is not ("http" or "https" or "ftp" or "ftps"))
            return new((parsed with { Authority = authority with { Password = null } }).ToString(), [], EnvironmentChanges.None);
        if (user.Any(char.IsControl) || (authority.Password ?? "").Any(char.IsControl))
            throw FetchException.GitUrl(url, "its user or password has a control character");

        var name = authority.IsIPv6 ? $"[{authority.Name}]" : authority.Name;
        var port = authority.Port is { } number ? string.Create(CultureInfo.InvariantCulture, $":{number}") : "";
        var scope = $"credential.{parsed.Scheme}://{name}{port}";
        var options = ImmutableArray.Create($"--config-env={scope}.username={User}");
        var environment = EnvironmentChanges.None.Set(User, user);
        if (authority.Password is { } password)
        {
            // The helpers of the user are not asked, and get nothing to keep.
            options = options.AddRange("-c", $"{scope}.helper=", "-c", $"{scope}.helper={Helper}");
            environment = environment.Set(Password, password);
        }
        return new((parsed with { Authority = authority with { User = null, Password = null } }).ToString(), options, environment);
    }

    /// <summary>The request with the variables that its options name.</summary>
    public ProcessRequest For(ProcessRequest request) => request with { Environment = request.Environment.Then(Environment) };
}
