-- only whoever has the lock gives it back: it may have ended meanwhile, and be another's
if redis.call('GET', KEYS[1]) == ARGV[1] then
    return redis.call('DEL', KEYS[1])
end
return 0
