import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.ServerVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.io.IOException;
import java.util.List;

/**
 * A stand-in for MongoDB on loopback: {@code TestMongodb <port> <server version> [<file>]}.
 *
 * <p>Without a file all data is in memory. It ends when its standard input ends, so it never outlives
 * the program that started it, however that one ends.
 */
public final class TestMongodb {

    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(arguments[0]);
        MongoVersion version = findVersion(arguments[1]);
        MongoBackend backend =
                arguments.length > 2 ? openFile(arguments[2], version) : useMemory(version);
        MongoServer server = new MongoServer(backend);
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
        server.bind("127.0.0.1", port);
        System.out.println("ready for connections");
        while (System.in.read() != -1) {
            // Nothing is ever sent: only the end of the input counts.
        }
        System.exit(0);
    }

    /**
     * The server calls itself 5.0 with the protocol number of 4.2, and newer drivers then refuse it. It
     * does speak the messages of 5.0, so here it says the number that belongs to them.
     */
    private static MongoVersion findVersion(String name) {
        ServerVersion version = ServerVersion.valueOf("MONGO_" + name.replace('.', '_'));
        if (version != ServerVersion.MONGO_5_0) {
            return version;
        }
        return new MongoVersion() {
            @Override
            public List<Integer> getVersionArray() {
                return version.getVersionArray();
            }

            @Override
            public int getWireVersion() {
                return 13;
            }
        };
    }

    /**
     * Keeps everything in a file, and writes what a command changed before it is answered: what was
     * acknowledged then outlives a kill.
     */
    private static MongoBackend openFile(String file, MongoVersion version) {
        H2Backend backend = new H2Backend(file);
        backend.version(version);
        return FaithfulBackend.before(backend, backend::commit);
    }

    private static MongoBackend useMemory(MongoVersion version) {
        return FaithfulBackend.before(new MemoryBackend().version(version), () -> {});
    }

    private TestMongodb() {}
}
