package caravana.web.events;

import caravana.web.video.VideoDocument;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/**
 * A state that a round of {@link VideoEvents} has found. Two states are equal when clients would receive the same
 * event.
 */
interface Found {

    /** Returns the id of the video or webhook. A client gets only the last state of each. */
    String id();

    /** Returns the id of its account. */
    String owner();

    /** Returns whether the state is not new, and was found only for clients that reconnect. */
    boolean isReplay();

    /** Returns whether further changes are expected. */
    boolean isUnfinished();

    /** Returns the name of its event. */
    String event();

    /** Returns the data of its event. */
    byte[] json(VideoDocument documents, ObjectMapper mapper) throws IOException;
}
