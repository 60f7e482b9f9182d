package caravana.web.events;

import caravana.web.video.VideoDocument;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/**
 * Something that a round of {@link VideoEvents} has found. Two of them are equal when clients would receive the same
 * event.
 */
interface Found {

    /** Of the video or webhook; a client gets the last state of each only. */
    String id();

    /** The id of its account. */
    String owner();

    /** Whether it is no news, and was found for those only who were disconnected meanwhile. */
    boolean isReplay();

    /** Whether more will be found of it. */
    boolean isUnfinished();

    /** The name of its event. */
    String event();

    /** The data of its event. */
    byte[] json(VideoDocument documents, ObjectMapper mapper) throws IOException;
}
