package caravana.web.outbound;

import caravana.outbound.OutboundAddresses;
import java.io.IOException;

/** A part of web that calls addresses which accounts name, for {@link HostileNetwork}. */
public interface OutgoingCalls extends AutoCloseable {

    /** Calls an address, and returns the code of what kept the call from its end. */
    Object call(String url) throws IOException;

    @Override
    void close() throws IOException;

    /** Makes one. Implementations have a constructor without parameters. */
    interface Maker {

        OutgoingCalls with(OutboundAddresses addresses) throws IOException;
    }
}
