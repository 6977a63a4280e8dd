{ target, ... }: { builtFor = target; }
