-- Tells messages, each with the next number of its topic: a listener who misses one sees a hole in the numbers.
-- KEYS: for each message its topic's number. ARGV, for each message: its channel, the message.
for i = 1, #KEYS do
    local number = redis.call('INCR', KEYS[i])
    redis.call('PUBLISH', ARGV[2 * i - 1], string.format('%.0f ', number) .. ARGV[2 * i])
end
return redis.status_reply('OK')
