-- Past sessions: those that started on one day.
CREATE INDEX session_history_started_at ON session_history (started_at);
