-- Tells how the load went, as a line of JSON. Every failure counts: no connection, a broken one, no answer in time, 4xx, 5xx.
done = function(summary)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"connect":%d,"read":%d,"write":%d,"timeout":%d,"status":%d}\n',
    summary.requests, errors.connect, errors.read, errors.write, errors.timeout, errors.status
  ))
end
