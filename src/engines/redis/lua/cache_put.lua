-- Keeps versioned values. A version is 20 digits, so that texts compare as numbers do; a versioned value begins with 'v' and its version.
-- KEYS: pairs of value and floor. ARGV, for each pair: the version, the value's life in milliseconds, the value with its beginning
-- (a life of zero: it is not kept, but an older one is forgotten).
for i = 1, #KEYS / 2 do
    local value, floor = KEYS[2 * i - 1], KEYS[2 * i]
    local version, life = ARGV[3 * i - 2], ARGV[3 * i - 1]
    local least = redis.call('GET', floor)
    local kept = redis.call('GETRANGE', value, 0, 20)
    local newer = string.sub(kept, 1, 1) == 'v' and string.sub(kept, 2) > version
    if not newer and not (least and least > version) then
        if life == '0' then
            redis.call('DEL', value)
        else
            redis.call('SET', value, ARGV[3 * i], 'PX', life)
        end
    end
end
return redis.status_reply('OK')
