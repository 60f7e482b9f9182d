-- Claims count the parts that are encoded now, of which there are as many as slots at most (ADR 39).
CREATE INDEX parts_running ON parts (video_id) WHERE part_state = 'running';
