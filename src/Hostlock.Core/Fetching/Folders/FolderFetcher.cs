using Hostlock.Flakes;
using Hostlock.Locks;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fetching.Folders;

/// <summary>Fetches folders of this machine, hashed with the contents that they have now.</summary>
/// <param name="cache">Keeps the answers about folders. They stay valid if the folder changes, as Nix's copy in the store does.</param>
/// <remarks>Nix 2.34.8, libfetchers/path.cc.</remarks>
sealed class FolderFetcher(FetchCache cache)
{
    /// <summary>Hashes a folder as it is now.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="path">The path of the folder; a file or a link is a tree too.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FetchException">The folder does not exist, cannot be read, or holds what a tree cannot.</exception>
    public FetchedTree Fetch(FlakeRef reference, string path, CancellationToken cancellationToken)
    {
        var tree = new FolderTree(path);
        try
        {
            var caught = FlakeFiles.Catch();
            var hash = NarWriter.Hash(tree, caught, cancellationToken);
            var input = reference.LastModified is null ? reference.Input.With("lastModified", tree.NewestChange) : reference.Input;
            var locked = reference.With(input.With("narHash", hash.ToString()));
            var answer = CachedAnswer.Of(hash, locked.LastModified, caught);
            cache.Keep(locked.Identity, answer);
            return new(
                locked, new RememberedFiles(cache, locked.Identity, answer, _ => Task.FromResult<TreeFiles>(new FolderFiles(path))), []);
        }
        catch (DeniedException denied)
        {
            throw denied.Told;
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw FetchException.CannotReadTree(path, why);
        }
    }
}
