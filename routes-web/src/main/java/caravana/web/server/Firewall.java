package caravana.web.server;

import caravana.web.http.Problem;
import caravana.web.http.ProblemWriter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.security.web.firewall.StrictHttpFirewall;

/**
 * Configures what Spring Security's firewall refuses, and the answer: paths with two possible meanings ({@code //},
 * {@code ;}, {@code %2F}, {@code ..}).
 */
@Configuration(proxyBeanMethods = false)
class Firewall {

    /**
     * Leaves methods, headers and parameters to those who read them. It would throw when a header is read that has a character
     * of U+0080 to U+009F, which is what bytes of UTF-8 look like to a servlet.
     */
    @Bean
    StrictHttpFirewall httpFirewall() {
        StrictHttpFirewall firewall = new StrictHttpFirewall();
        firewall.setAllowedHeaderNames(any -> true);
        firewall.setAllowedHeaderValues(any -> true);
        firewall.setAllowedParameterNames(any -> true);
        // A method that an address does not take is 405, whatever it is called.
        firewall.setUnsafeAllowAnyHttpMethod(true);
        return firewall;
    }

    @Bean
    RequestRejectedHandler requestRejectedHandler(ProblemWriter problems) {
        return (request, response, refused) -> problems.write(
                Problem.invalid("The address has a character or a sequence that no address of this API has, such as //,"
                        + " a semicolon, or an encoded slash, percent sign or control character."),
                response);
    }
}
