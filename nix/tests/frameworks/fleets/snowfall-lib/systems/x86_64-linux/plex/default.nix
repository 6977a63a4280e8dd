{ serves, ... }: { services.jellyfin = serves; }
